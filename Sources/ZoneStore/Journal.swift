import DNSWire
import Synchronization

/// What is known in memory of the changes that are kept: of all of them where they are, of the recent ones their octets too.
/// The commit queue writes, IXFR reads.
final class Journal: Sendable {
    /// Octets of recent changes of all zones. A secondary that follows asks for the last seconds.
    static let recentOctets = 32 << 20
    /// Octets of changes that are given for any zone, however small it is itself.
    static let minimumOctets = 64 << 10

    /// Changes of all zones that are kept. Each is known in memory with 24 octets; many zones share the room.
    static let changes = 2_000_000
    static let minimumChanges = 1000

    private struct State {
        var histories: [Int64: ZoneHistory] = [:]
        /// Of all of a zone, when its last snapshot was made.
        var zoneOctets: [Int64: Int] = [:]
        var recent = RecentChanges()
    }

    private let state = Mutex(State())

    /// A change that is kept: its number in the database, and its octets if they are at hand.
    struct Kept: Sendable {
        let number: Int64
        let octets: [UInt8]?
    }

    // --- The commit queue's ---

    func append(_ head: JournalRow.Head, _ octets: [UInt8]) {
        state.withLock { state in
            state.histories[head.zone, default: ZoneHistory()].append(head)
            state.recent.append(octets, number: head.number)
        }
    }

    /// Of an earlier run, without its octets.
    func restore(_ head: JournalRow.Head) {
        state.withLock { $0.histories[head.zone, default: ZoneHistory()].append(head) }
    }

    func setOctets(of zone: Int64, _ octets: Int) { state.withLock { $0.zoneOctets[zone] = octets } }

    /// Forgets everything of a zone.
    ///
    /// - Returns: the numbers of its changes, which are to be deleted.
    func removeAll(zone: Int64) -> [Int64] {
        state.withLock { state in
            state.zoneOctets[zone] = nil
            return state.histories.removeValue(forKey: zone)?.numbers ?? []
        }
    }

    /// Forgets the oldest changes of a zone, but none after `covered`, so that what is left is within the limits.
    ///
    /// - Returns: their numbers.
    func trim(zone: Int64, covered: Int64, octets: Int, oldest: Int64) -> [Int64] {
        state.withLock { state in
            let count = Self.changes / max(state.histories.count, 1)
            return state.histories[zone]?.trim(
                covered: covered, octets: octets, count: max(count, Self.minimumChanges), oldest: oldest)
                ?? []
        }
    }

    // --- For everybody ---

    /// What leads from `serial` to the present; empty where that is the present. Nil when it is not kept, or is more than the
    /// zone.
    func changes(zone: Int64, since serial: SerialNumber) -> [Kept]? {
        state.withLock { state in
            let limit = max(Self.minimumOctets, state.zoneOctets[zone] ?? 0)
            return state.histories[zone]?.numbers(since: serial.rawValue, limit: limit)?.map {
                Kept(number: $0, octets: state.recent[$0])
            }
        }
    }

    func extent(zone: Int64) -> (count: Int, octets: Int, oldest: SerialNumber?) {
        state.withLock { state in
            guard let history = state.histories[zone] else { return (0, 0, nil) }
            return (history.count, history.octetCount, history.oldestSerial.map { SerialNumber($0) })
        }
    }

    var octetCount: Int { state.withLock { $0.histories.values.reduce(0) { $0 + $1.octetCount } } }
}

/// Where the changes of one zone are, the oldest first. Each begins where the one before it ended.
struct ZoneHistory: Sendable {
    private struct Entry {
        let number: Int64
        let wall: Int64
        let oldSerial: UInt32
        let octetCount: UInt32
    }

    private var entries: [Entry] = []
    /// Entries before it were dropped; memory is moved when they are half of all.
    private var start = 0
    private(set) var octetCount = 0
    private var newestSerial: UInt32?

    var count: Int { entries.count - start }
    var oldestSerial: UInt32? { start < entries.count ? entries[start].oldSerial : nil }
    var numbers: [Int64] { entries[start...].map(\.number) }

    mutating func append(_ head: JournalRow.Head) {
        entries.append(
            Entry(
                number: head.number, wall: head.wall, oldSerial: head.oldSerial,
                octetCount: UInt32(clamping: head.octetCount)))
        octetCount += Int(UInt32(clamping: head.octetCount))
        newestSerial = head.newSerial
    }

    mutating func trim(covered: Int64, octets: Int, count limit: Int, oldest: Int64) -> [Int64] {
        var dropped: [Int64] = []
        while start < entries.count, entries[start].number <= covered,
            octetCount > octets || count > limit || entries[start].wall < oldest
        {
            octetCount -= Int(entries[start].octetCount)
            dropped.append(entries[start].number)
            start += 1
        }
        if start > entries.count / 2 {
            entries.removeFirst(start)
            start = 0
        }
        return dropped
    }

    func numbers(since serial: UInt32, limit: Int) -> [Int64]? {
        if serial == newestSerial { return [] }
        var total = 0
        // From the newest: a serial that went round the circle may be there twice.
        for index in entries[start...].indices.reversed() {
            total += Int(entries[index].octetCount)
            guard total <= limit else { return nil }
            if entries[index].oldSerial == serial { return entries[index...].map(\.number) }
        }
        return nil
    }
}

/// The octets of the last changes of all zones. Their numbers follow each other, so the place tells the number.
struct RecentChanges: Sendable {
    private var items: [[UInt8]] = []
    private var start = 0
    private var firstNumber: Int64 = 0
    private(set) var octetCount = 0

    mutating func append(_ octets: [UInt8], number: Int64) {
        if number != firstNumber + Int64(items.count) {
            items.removeAll()
            start = 0
            octetCount = 0
            firstNumber = number
        }
        items.append(octets)
        octetCount += octets.count
        while octetCount > Journal.recentOctets, start < items.count {
            octetCount -= items[start].count
            items[start] = []
            start += 1
        }
        if start > items.count / 2 {
            items.removeFirst(start)
            firstNumber += Int64(start)
            start = 0
        }
    }

    subscript(number: Int64) -> [UInt8]? {
        let index = number - firstNumber
        return index >= Int64(start) && index < Int64(items.count) ? items[Int(index)] : nil
    }
}
