import DNSZones

/// The leases of a zone by record, and which of them end next.
struct LeaseTable: Sendable {
    private struct End: Sendable {
        let expiry: Int64
        let record: LeasedRecord
    }

    private var expiries: [LeasedRecord: Int64] = [:]
    /// A heap, the earliest end at its top. Ends of leases that were renewed or cleared since stay in it until they are at
    /// the top, or are too many.
    private var ends: [End] = []
    /// Outdated ends beside as many that hold.
    private static let spareEnds = 64

    var count: Int { expiries.count }
    var isEmpty: Bool { expiries.isEmpty }

    func expiry(of record: LeasedRecord) -> Int64? { expiries[record] }

    mutating func apply(_ change: LeaseChange) {
        switch change {
        case .set(let record, let expiry):
            expiries[record] = expiry
            push(End(expiry: expiry, record: record))
            if ends.count > 2 * expiries.count + Self.spareEnds { rebuild() }
        case .clear(let record):
            expiries[record] = nil
        }
    }

    mutating func removeAll() {
        expiries = [:]
        ends = []
    }

    /// When the next lease ends, in seconds since 1970.
    mutating func nextExpiry() -> Int64? {
        while let top = ends.first, expiries[top.record] != top.expiry { pop() }
        return ends.first?.expiry
    }

    /// Leases that have ended. They stay in the table until they are cleared.
    func ended(at wall: Int64, limit: Int) -> [LeasedRecord] {
        var found: [LeasedRecord] = []
        // Only below an end that is due can be another.
        var open = ends.isEmpty ? [] : [0]
        while let index = open.popLast(), found.count < limit {
            guard index < ends.count, ends[index].expiry <= wall else { continue }
            if expiries[ends[index].record] == ends[index].expiry { found.append(ends[index].record) }
            open.append(2 * index + 1)
            open.append(2 * index + 2)
        }
        return found
    }

    // --- The heap ---

    private mutating func push(_ end: End) {
        ends.append(end)
        var index = ends.count - 1
        while index > 0, ends[index].expiry < ends[(index - 1) / 2].expiry {
            ends.swapAt(index, (index - 1) / 2)
            index = (index - 1) / 2
        }
    }

    private mutating func pop() {
        guard ends.count > 1 else { return ends.removeAll() }
        ends[0] = ends.removeLast()
        sift(0)
    }

    private mutating func sift(_ start: Int) {
        var index = start
        while true {
            let left = 2 * index + 1
            guard left < ends.count else { return }
            let right = left + 1
            let least = right < ends.count && ends[right].expiry < ends[left].expiry ? right : left
            guard ends[least].expiry < ends[index].expiry else { return }
            ends.swapAt(index, least)
            index = least
        }
    }

    private mutating func rebuild() {
        ends = expiries.map { End(expiry: $0.value, record: $0.key) }
        for index in stride(from: ends.count / 2, through: 0, by: -1) { sift(index) }
    }
}
