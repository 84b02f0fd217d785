public import DNSWire

/// How one secondary zone follows its primaries (RFC 1034 §4.3.5, RFC 1996 §4): events in, actions out.
///
///     waiting ─ refresh, retry, NOTIFY ─▸ asking ─ newer ─▸ transferring ─ version ─▸ publishing ─▸ waiting
///                                          │ ▴ └── same, on the last primary ──▸ waiting    │
///                                          └─┴── failed: the next primary ◂─────────────────┘
///
/// One check is in flight at a time however many NOTIFY messages come; while it is, they are remembered as one. Each request
/// has a number, its step, which its result repeats, so that what comes too late is not taken for something else.
public struct SecondaryMachine: Sendable {
    public enum Event: Sendable {
        /// The time of `wake` has come; harmless at any other.
        case timer
        /// A NOTIFY that was accepted: from which primary, and the serial that it tells of, where it does.
        case notified(primary: Int?, serial: SerialNumber?)
        /// The operator wants a check now, or all of the zone anew.
        case checkWanted(full: Bool)
        /// The primary answered with authority.
        case soaAnswered(step: Int, SerialNumber)
        case transferred(step: Int, Arrival)
        /// What was transferred is durable and visible.
        case published(step: Int)
        /// What the step was to do was not done.
        case failed(step: Int, TransferFailure)
    }

    /// What a transfer brought.
    public enum Arrival: Sendable, Hashable {
        /// Nothing: the primary's serial is this one.
        case upToDate(SerialNumber)
        case version(StartOfAuthority)
    }

    public enum Action: Sendable, Hashable {
        /// Ask the primary of this index for the SOA record.
        case askSOA(primary: Int, step: Int)
        case transfer(primary: Int, Transfer, step: Int)
        /// Store what was transferred, then let it be seen; then comes `published` or `failed`.
        case publish(step: Int)
        /// Nobody waits for this step any more.
        case abandon(step: Int)
        /// The zone is not answered from any more, until it is published again.
        case expire
        case persist(SecondaryState)
        /// A `timer` event is wanted at this uptime, in milliseconds. It takes the place of the one before.
        case wake(at: Int64)
    }

    public enum Transfer: Sendable, Hashable {
        case full
        case incremental(since: SerialNumber)
    }

    enum Phase: Sendable {
        case waiting
        case asking(Check)
        case transferring(Check, Transfer)
        case publishing(StartOfAuthority)
    }

    /// One round over the primaries.
    struct Check: Sendable {
        /// Whom to ask, in this order.
        var primaries: [Int]
        /// Which of them is asked.
        var position = 0
        /// Whether one that has the same version ends the round. When NOTIFY started it, it does: the sender is asked first
        /// (RFC 1996 §3.11). Otherwise another may be ahead of this one.
        var endsWithSame: Bool
        /// Whether the zone is wanted even where the serial is the same.
        var isFull = false
        /// Whether one has confirmed the version held.
        var isConfirmed = false

        var primary: Int? { position < primaries.count ? primaries[position] : nil }
    }

    /// The next check that was asked for while there was one, or too soon behind it.
    struct Wanted: Sendable {
        var primary: Int?
        /// Once this serial is held there is nothing to check; nil: there is in any case.
        var serial: SerialNumber?
        var isFull = false
        var endsWithSame = true
    }

    // --- Bounds ---

    /// Milliseconds after which a step counts as failed though nobody said so: the driver's own time-outs are shorter.
    static let maximumAsking: Int64 = 60_000
    static let maximumTransfer: Int64 = 7_200_000
    static let maximumPublishing: Int64 = 600_000
    /// Between checks that NOTIFY starts: four a second keep up with any zone, and with a flood nothing else would.
    static let notifySpacing: Int64 = 250
    /// The same where the last check failed: a primary in trouble is not asked four times a second.
    static let notifySpacingAfterFailure: Int64 = 2_000
    /// The first checks of all zones after a start are spread over this.
    static let startSpread: Int64 = 5_000
    /// A state that is lost makes the zone older by this at most, and the store is not written for each NOTIFY.
    static let persistSpacing: Int64 = 60

    // --- State ---

    let primaryCount: Int
    /// Of the version held; nil where there is none, or it has expired.
    public internal(set) var soa: StartOfAuthority?
    /// Uptime, in milliseconds, when a primary said last that the version is current.
    public internal(set) var refreshedAt: Int64
    /// Uptime, in milliseconds.
    public internal(set) var nextCheck: Int64
    /// Checks that failed since one did not.
    public internal(set) var failureCount = 0
    public internal(set) var lastFailure: TransferFailure?
    var phase = Phase.waiting
    var wanted: Wanted?
    var step = 0
    /// Uptime at which the step in flight counts as failed.
    var deadline: Int64 = .max
    var lastStart: Int64 = .min / 2
    var persistedAt: Int64?
    var scheduledWake: Int64?
    var actions: [Action] = []

    /// - Parameters:
    ///   - primaryCount: how many primaries there are; actions name them by their index.
    ///   - soa: of the version that was stored; nil where there is none.
    ///   - state: as persisted with it.
    public init(primaryCount: Int, soa: StartOfAuthority? = nil, state: SecondaryState? = nil, now: Moment) {
        self.primaryCount = primaryCount
        self.soa = soa
        refreshedAt = now.uptime - (state?.age(at: now.wall) ?? 0)
        nextCheck = now.uptime
    }

    /// Serial of the version held.
    public var serial: SerialNumber? { soa.map { SerialNumber($0.serial) } }

    /// Uptime, in milliseconds, when the zone is not to be answered from any more; nil where there is none.
    public var expiry: Int64? { soa.map { refreshedAt + SecondaryTimers($0).expire } }

    /// To be kept when Homing stops, or to go on with in a machine with other primaries; nil where there is no zone.
    public func state(at now: Moment) -> SecondaryState? {
        soa == nil ? nil : SecondaryState(refreshedAt: now.wall - max(0, now.uptime - refreshedAt) / 1_000)
    }

    /// Whether a check is in flight.
    public var isChecking: Bool {
        if case .waiting = phase { false } else { true }
    }
}

// --- Events ---

extension SecondaryMachine {
    /// To be called once, before any event. Where the zone has expired meanwhile, it says so first.
    public mutating func start(now: Moment, using generator: inout some RandomNumberGenerator) -> [Action] {
        expireIfDue(now)
        nextCheck = now.uptime
        if soa == nil {
            beginDueCheck(now)
        } else {
            nextCheck += Int64.random(in: 0...Self.startSpread, using: &generator)
        }
        return takeActions(now)
    }

    public mutating func handle(
        _ event: Event, now: Moment, using generator: inout some RandomNumberGenerator
    ) -> [Action] {
        switch event {
        case .timer:
            expireIfDue(now)
            if now.uptime >= deadline {
                actions.append(.abandon(step: step))
                fail(.timedOut, now, &generator)
            }
        case .notified(let primary, let serial):
            notified(primary, serial, now)
        case .checkWanted(let full):
            want(Wanted(isFull: full, endsWithSame: false), at: now.uptime)
        case .soaAnswered(step, let serial):
            answered(serial, now, &generator)
        case .transferred(step, let arrival):
            arrived(arrival, now, &generator)
        case .published(step):
            published(now, &generator)
        case .failed(step, let failure):
            fail(failure, now, &generator)
        case .soaAnswered, .transferred, .published, .failed:
            break  // Of a step that is over.
        }
        if case .waiting = phase, now.uptime >= nextCheck { beginDueCheck(now) }
        return takeActions(now)
    }

    private mutating func takeActions(_ now: Moment) -> [Action] {
        let next = min(isChecking ? deadline : nextCheck, expiry ?? .max)
        if next != scheduledWake {
            scheduledWake = next
            actions.append(.wake(at: next))
        }
        defer { actions = [] }
        return actions
    }

    private mutating func expireIfDue(_ now: Moment) {
        guard let expiry, now.uptime >= expiry else { return }
        soa = nil
        actions.append(.expire)
    }

    private mutating func notified(_ primary: Int?, _ serial: SerialNumber?, _ now: Moment) {
        // "Data present, data same" is the one thing that the hint may be used for (RFC 1996 §3.7, §3.8).
        if let held = self.serial, let serial, !serial.isNewer(than: held) { return }
        let spacing = failureCount == 0 ? Self.notifySpacing : Self.notifySpacingAfterFailure
        want(Wanted(primary: primary, serial: serial), at: max(now.uptime, lastStart + spacing))
    }

    /// Remembers one check more; it begins when it is time and the one in flight is over.
    private mutating func want(_ new: Wanted, at time: Int64) {
        var merged = new
        if let wanted {
            merged.isFull = merged.isFull || wanted.isFull
            merged.endsWithSame = merged.endsWithSame && wanted.endsWithSame
            if let serial = merged.serial, let other = wanted.serial {
                merged.serial = other.isNewer(than: serial) ? other : serial
            } else {
                merged.serial = nil
            }
        }
        wanted = merged
        if case .waiting = phase { nextCheck = min(nextCheck, time) }
    }
}
