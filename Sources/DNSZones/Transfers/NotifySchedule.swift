public import DNSWire

/// Who is to be told of changes, and when (RFC 1996 §3.6): for each zone and target at most one NOTIFY is under way, and what
/// changes meanwhile is one more NOTIFY afterwards. All times are nanoseconds of a monotonic clock.
///
/// Whatever happens is said with `zoneChanged`, `answered` and `failed`; behind each of them, and at `nextWake`, `takeDue` tells
/// what to send.
public struct NotifySchedule: Sendable {
    /// One message to send.
    public struct Order: Sendable, Hashable {
        /// What its end is reported under. Each attempt has its own.
        public let number: UInt64
        public let apex: DomainName
        public let target: NotifyTarget
        /// How long to wait for the reply.
        public let timeout: Int64
    }

    private struct Key: Sendable, Hashable {
        let apex: DomainName
        let target: NotifyTarget
    }

    private struct Entry: Sendable {
        /// Messages sent without a reply.
        var attempts = 0
        /// Of the message under way.
        var number: UInt64?
        var sentAt: Int64 = .min / 2
        /// Whether a message is to be sent when `due` has come. Otherwise the entry only keeps the distance to the one before.
        var isWanted = true
        /// Also tells the one item of the queue that counts from those that were overtaken.
        var due: Int64
    }

    // --- Bounds ---

    /// For a reply; a server far away takes a tenth of it.
    static let replyTimeout: Int64 = 3_000_000_000
    /// Before the first repetition, doubled for each further one (RFC 1996 §3.6 allows exponential backoff).
    static let firstRepetition: Int64 = 4_000_000_000
    /// RFC 1996 §3.6: a 60 s interval, and at most 5 retransmissions.
    static let maximumRepetition: Int64 = 60_000_000_000
    static let maximumAttempts = 6
    /// Between two messages to one target for one zone: a zone that changes a hundred times a second has a secondary that
    /// looks four times a second.
    static let spacing: Int64 = 250_000_000
    /// Messages that wait for their reply at a time: each takes a socket.
    static let maximumUnderWay = 256
    /// Pairs of zone and target with something to do. More are not remembered: refresh timers are there for the rest.
    static let maximumEntries = 65_536

    // --- State ---

    private var entries: [Key: Entry] = [:]
    private var queue = DueQueue<Key>()
    private var underWay: [UInt64: (key: Key, deadline: Int64)] = [:]
    private var lastNumber: UInt64 = 0

    public private(set) var sentCount = 0
    public private(set) var answeredCount = 0
    /// Given up, refused, or not remembered for want of room.
    public private(set) var failedCount = 0

    public init() {}

    /// When `takeDue` has something to do next, if nothing else happens; nil: never.
    public var nextWake: Int64? {
        let deadline = underWay.values.map(\.deadline).min()
        guard underWay.count < Self.maximumUnderWay, let due = queue.first?.due else { return deadline }
        return min(due, deadline ?? due)
    }

    /// Pairs of zone and target that are not done.
    public var count: Int { entries.count }
}

// --- Events ---

extension NotifySchedule {
    /// The zone has a new version, and these are to be told of it.
    public mutating func zoneChanged(_ apex: DomainName, _ targets: [NotifyTarget], now: Int64) {
        for target in targets {
            let key = Key(apex: apex, target: target)
            guard var entry = entries[key] else {
                guard entries.count < Self.maximumEntries else {
                    failedCount += 1
                    continue
                }
                entries[key] = Entry(due: now)
                queue.insert(key, due: now)
                continue
            }
            entry.isWanted = true
            // One that does not answer is tried a little sooner for new news, but not for each.
            let soonest = max(now, entry.sentAt + Self.firstRepetition)
            if entry.number == nil, soonest < entry.due {
                entry.due = soonest
                queue.insert(key, due: soonest)
            }
            entries[key] = entry
        }
    }

    /// The zone is not held any more.
    public mutating func zoneRemoved(_ apex: DomainName) {
        for (key, entry) in entries where key.apex == apex {
            if let number = entry.number { underWay[number] = nil }
            entries[key] = nil
        }
    }

    /// A reply came. Any says that the message has arrived, "not implemented" included (RFC 1996 §3.12), but for one that asks
    /// to try again.
    public mutating func answered(_ number: UInt64, _ responseCode: ResponseCode, now: Int64) {
        guard responseCode != .serverFailure else { return failed(number, now: now) }
        guard let key = underWay.removeValue(forKey: number)?.key, var entry = entries[key] else { return }
        if responseCode == .noError || responseCode == .notImplemented {
            answeredCount += 1
        } else {
            failedCount += 1
        }
        entry.number = nil
        entry.attempts = 0
        entry.due = max(now, entry.sentAt + Self.spacing)
        entries[key] = entry
        queue.insert(key, due: entry.due)
    }

    /// No reply came, or the message could not be sent.
    public mutating func failed(_ number: UInt64, now: Int64) {
        guard let key = underWay.removeValue(forKey: number)?.key, var entry = entries[key] else { return }
        entry.number = nil
        var wait = min(Self.firstRepetition << Int64(min(entry.attempts, 16) - 1), Self.maximumRepetition)
        if entry.attempts >= Self.maximumAttempts {
            failedCount += 1
            // What has changed since deserves attempts of its own.
            guard entry.isWanted else { return entries[key] = nil }
            entry.attempts = 0
            wait = Self.maximumRepetition
        }
        entry.isWanted = true
        entry.due = max(now, entry.sentAt + wait)
        entries[key] = entry
        queue.insert(key, due: entry.due)
    }

    /// What to send now. The driver composes each message from the zone's version at that moment.
    public mutating func takeDue(now: Int64) -> [Order] {
        for (number, message) in underWay where message.deadline <= now { failed(number, now: now) }
        var orders: [Order] = []
        while underWay.count < Self.maximumUnderWay, let (due, key) = queue.first, due <= now {
            queue.removeFirst()
            guard var entry = entries[key], entry.number == nil, entry.due == due else { continue }
            guard entry.isWanted else {
                entries[key] = nil
                continue
            }
            lastNumber += 1
            entry.number = lastNumber
            entry.attempts += 1
            entry.sentAt = now
            entry.isWanted = false
            entries[key] = entry
            underWay[lastNumber] = (key, now + Self.replyTimeout)
            orders.append(
                Order(number: lastNumber, apex: key.apex, target: key.target, timeout: Self.replyTimeout))
        }
        sentCount += orders.count
        return orders
    }
}
