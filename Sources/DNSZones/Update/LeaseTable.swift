public import DNSWire

/// The records of one zone that go unless they are renewed, and when (RFC 9664 §7).
///
/// It changes when the store has: `effect` says what is to be kept with a draft, and `apply` takes it once it lasts.
public struct LeaseTable: Sendable {
    /// Every lease is of a record in the zone, so there are no more of them.
    public static let maximumCount = UpdateLimits.recordsOfZone
    /// Records that go in one turn; those behind them go in the next.
    public static let maximumExpired = 1_000

    private struct Lease {
        let expiry: Int64
        let ticket: UInt64
    }

    private struct Deadline {
        let expiry: Int64
        /// Of the lease; that one was renewed when it has another.
        let ticket: UInt64
        let record: LeasedRecord
    }

    private var leases: [LeasedRecord: Lease] = [:]
    /// A binary heap, the earliest first, that may hold deadlines which were overtaken.
    private var deadlines: [Deadline] = []
    private var lastTicket: UInt64 = 0

    public init() {}

    public var count: Int { leases.count }
    public var isEmpty: Bool { leases.isEmpty }

    /// Wall seconds; nil when nothing is leased.
    public var nextExpiry: Int64? { deadlines.first?.expiry }

    /// When the record goes; nil when it stays.
    public func expiry(of record: LeasedRecord) -> Int64? { leases[record]?.expiry }

    // --- Changing ---

    /// Which of the changes make a difference: the last for each record, without ends of leases that there are not.
    public func effect(of changes: [LeaseChange]) -> [LeaseChange] {
        // Most zones lease nothing.
        guard !leases.isEmpty || changes.contains(where: \.isBeginning) else { return [] }
        var last: [LeasedRecord: Int] = [:]
        for (index, change) in changes.enumerated() { last[change.record] = index }
        return changes.enumerated().compactMap { index, change in
            guard last[change.record] == index else { return nil }
            switch change {
            case .set(let record, let expiry): return leases[record]?.expiry == expiry ? nil : change
            case .clear(let record): return leases[record] == nil ? nil : change
            }
        }
    }

    /// The leases that end because their records were removed by something that knows nothing of leases.
    public func changes(forRemoved records: [Record]) -> [LeaseChange] {
        guard !leases.isEmpty else { return [] }
        return records.map { LeasedRecord($0.ownerName, $0.type, $0.rdata) }.filter { leases[$0] != nil }
            .map { .clear($0) }
    }

    public mutating func apply(_ changes: [LeaseChange]) {
        for change in changes {
            switch change {
            case .set(let record, let expiry): set(record, expiry: expiry)
            case .clear(let record): leases[record] = nil
            }
        }
        dropOvertaken()
    }

    private mutating func set(_ record: LeasedRecord, expiry: Int64) {
        guard leases[record] != nil || leases.count < Self.maximumCount else { return }
        lastTicket += 1
        leases[record] = Lease(expiry: expiry, ticket: lastTicket)
        deadlines.append(Deadline(expiry: expiry, ticket: lastTicket, record: record))
        siftUp(from: deadlines.count - 1)
    }

    // --- Expiry ---

    /// Records whose lease has ended, at most `maximumExpired` of them. They stay here until their end was kept.
    public func expired(by wall: Int64) -> [LeasedRecord] {
        var expired: [LeasedRecord] = []
        // What is below a deadline comes no earlier, so only what is due is looked at, and its children.
        var places = [0]
        while let place = places.popLast(), expired.count < Self.maximumExpired {
            guard place < deadlines.count, deadlines[place].expiry <= wall else { continue }
            let deadline = deadlines[place]
            if isCurrent(deadline) { expired.append(deadline.record) }
            places.append(2 * place + 1)
            places.append(2 * place + 2)
        }
        return expired
    }

    /// Removes expired records from the zone, as if an update had deleted each; what the zone cannot be without stays, for good.
    /// It comes before the messages of a batch, whose prerequisites must not find what has expired.
    public static func removal(
        of expired: [LeasedRecord], from draft: inout ZoneDraft, serial: SerialPolicy, wall: Int64
    ) {
        var edits: [DomainName: NameEdit] = [:]
        for record in expired {
            edits[record.ownerName, default: NameEdit(record.ownerName, in: draft)]
                .deleteRecord(record.type, record.rdata)
        }
        let sorted = edits.values.sorted { $0.ownerName < $1.ownerName }
        draft.take(sorted.map(\.outcome), serial: serial, wall: wall)
        draft.leaseChanges += expired.map { .clear($0) }
    }

    // --- The heap ---

    private func isCurrent(_ deadline: Deadline) -> Bool {
        leases[deadline.record]?.ticket == deadline.ticket
    }

    /// Takes deadlines that were overtaken from the top, and all of them when they are the more part.
    private mutating func dropOvertaken() {
        while let first = deadlines.first, !isCurrent(first) { removeFirst() }
        // The floor spares small tables the work.
        guard deadlines.count > 2 * leases.count + 64 else { return }
        // An array in order is a heap.
        deadlines = deadlines.filter(isCurrent).sorted { $0.expiry < $1.expiry }
    }

    private mutating func removeFirst() {
        guard let last = deadlines.popLast(), !deadlines.isEmpty else { return }
        deadlines[0] = last
        var place = 0
        while true {
            let (left, right) = (2 * place + 1, 2 * place + 2)
            guard left < deadlines.count else { return }
            let earlier =
                right < deadlines.count && deadlines[right].expiry < deadlines[left].expiry ? right : left
            guard deadlines[earlier].expiry < deadlines[place].expiry else { return }
            deadlines.swapAt(place, earlier)
            place = earlier
        }
    }

    private mutating func siftUp(from start: Int) {
        var place = start
        while place > 0 {
            let parent = (place - 1) / 2
            guard deadlines[place].expiry < deadlines[parent].expiry else { return }
            deadlines.swapAt(place, parent)
            place = parent
        }
    }
}

extension LeaseChange {
    /// The record that it is about.
    public var record: LeasedRecord {
        switch self {
        case .set(let record, _), .clear(let record): record
        }
    }

    fileprivate var isBeginning: Bool {
        if case .set = self { true } else { false }
    }
}
