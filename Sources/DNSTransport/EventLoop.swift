import CLinux
public import DNSWire

/// What a worker waits for: descriptors that become ready, and moments that come. It knows nothing of DNS.
///
/// Readiness is level-triggered: whatever a turn leaves undone because of a limit is reported again by the
/// next wait.
@safe
final class EventLoop {
    let configuration: WorkerConfiguration
    let counters: CounterSet
    /// The clocks as read after the last wait.
    private(set) var now = Moment.reading()
    var timers = TimerQueue<TimerPurpose>()
    var random = RandomSource()
    /// Set when something is to be done at once, so that the next wait only polls.
    var isImpatient = false
    /// Queries that were read in this turn.
    var queriesInTurn = 0

    private let epoll: FileDescriptor
    private let events: UnsafeMutableBufferPointer<clinux_event>

    init(configuration: WorkerConfiguration, counters: CounterSet) throws(SystemError) {
        self.configuration = configuration
        self.counters = counters
        epoll = try FileDescriptor(adopting: clinux_epoll_create())
        unsafe events = .allocate(capacity: configuration.eventsPerTurn)
        unsafe events.initialize(repeating: clinux_event())
    }

    deinit {
        unsafe events.deallocate()
    }

    //--- Descriptors ---

    func watch(_ descriptor: borrowing FileDescriptor, for interest: Interest, as token: EventToken)
        throws(SystemError)
    {
        try SystemError.check(
            clinux_epoll_add(epoll.number, descriptor.number, interest.rawValue, token.bits))
    }

    func change(_ descriptor: borrowing FileDescriptor, to interest: Interest, as token: EventToken) {
        // Fails only for a descriptor that was never watched.
        _ = clinux_epoll_modify(epoll.number, descriptor.number, interest.rawValue, token.bits)
    }

    func ignore(_ descriptor: borrowing FileDescriptor) {
        _ = clinux_epoll_remove(epoll.number, descriptor.number)
    }

    //--- Waiting ---

    /// Blocks until something is ready or due, reads the clocks, and says how many events there are.
    func wait() -> Int {
        guard let first = unsafe events.baseAddress else { return 0 }
        let timeout = isImpatient ? 0 : millisecondsToNextTimer()
        if queriesInTurn >= configuration.queriesOfBusyTurn, !isImpatient {
            clinux_pause(Int64(configuration.gatheringTime))
        }
        queriesInTurn = 0
        isImpatient = false
        let count = unsafe clinux_epoll_wait(epoll.number, first, Int32(events.count), timeout)
        now = .reading()
        counters.wakeups.add()
        return Int(max(0, count))
    }

    func event(_ index: Int) -> (token: EventToken, readiness: Interest) {
        let event = unsafe events[index]
        return (EventToken(bits: event.token), Interest(rawValue: event.readiness))
    }

    /// Rounded up, so that a timer is due when its wait is over; -1 without timers.
    private func millisecondsToNextTimer() -> Int32 {
        guard let next = timers.next else { return -1 }
        let left = next.subtractingReportingOverflow(now.monotonic)
        guard !left.overflow, left.partialValue > 0 else { return left.overflow && next > 0 ? Int32.max : 0 }
        return Int32(clamping: (left.partialValue - 1) / 1_000_000 + 1)
    }
}

/// What a timer is for.
enum TimerPurpose {
    /// The service's own.
    case service(token: UInt64)
    /// A client's connection has to show progress.
    case connection(SlotKey)
    /// A listener may accept again.
    case listener(Int)
    /// An upstream exchange ends without reply.
    case exchange(ExchangeID)
    /// A kept upstream connection was not used.
    case upstreamConnection(SlotKey)
    /// Draining is over.
    case drain
}

/// Readiness waited for, or reported.
struct Interest: OptionSet {
    let rawValue: UInt32

    static let readable = Interest(rawValue: UInt32(CLINUX_READABLE))
    static let writable = Interest(rawValue: UInt32(CLINUX_WRITABLE))
    /// An error, or both directions closed. Always reported, whether asked for or not.
    static let broken = Interest(rawValue: UInt32(CLINUX_BROKEN))
}

/// Says whose descriptor an event is about: the kind in the top 8 bits, then which one.
struct EventToken {
    enum Kind: UInt8 {
        case mailbox, datagramListener, streamListener, connection, upstreamDatagram, upstreamConnection
    }

    let bits: UInt64

    init(bits: UInt64) { self.bits = bits }
    init(_ kind: Kind, _ key: SlotKey) { bits = UInt64(kind.rawValue) << 56 | key.bits }
    init(_ kind: Kind, index: Int = 0) { self.init(kind, SlotKey(slot: index, generation: 0)) }

    var kind: Kind? { Kind(rawValue: UInt8(truncatingIfNeeded: bits >> 56)) }
    var key: SlotKey { SlotKey(bits: bits & (1 << 56 - 1)) }
    var index: Int { key.slot }
}

extension Moment {
    /// The clocks of this machine, through libc.
    public static func reading() -> Moment {
        var monotonic: Int64 = 0
        var uptime: Int64 = 0
        var wall: Int64 = 0
        unsafe clinux_clocks(&monotonic, &uptime, &wall)
        return Moment(monotonic: monotonic, uptime: uptime, wall: wall)
    }

    /// The monotonic moment `nanoseconds` from now, without overflow.
    func after(_ nanoseconds: Int64) -> Int64 {
        let sum = monotonic.addingReportingOverflow(max(0, nanoseconds))
        return sum.overflow ? .max : sum.partialValue
    }
}
