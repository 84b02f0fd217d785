import DNSWire
public import DNSZones

/// What the zones' traffic begins with.
public struct TrafficBeginning: Sendable {
    /// When primaries of secondary zones were heard last, by the zone's number in the store.
    public var states: [Int64: SecondaryState]
    public var bounds: TrafficBounds

    public init(states: [Int64: SecondaryState] = [:], bounds: TrafficBounds = TrafficBounds()) {
        self.states = states
        self.bounds = bounds
    }
}

/// How much zones may do at once, and how long they wait. Times are nanoseconds.
public struct TrafficBounds: Sendable, Hashable {
    /// Zones that come in at once; the others wait for their turn. Each may fill memory up to `transfer`, and they share one
    /// thread, so that more of them would end later, not sooner.
    public var transfers = 10
    /// Primaries that are asked for their serial at once: each takes a socket, of which resolutions need most. With a primary
    /// that is down, that is twelve zones a second.
    public var serialChecks = 200
    /// Of one transfer. A zone of ten million records has half as many octets.
    public var transfer: IncomingTransfer.Limits
    /// For a primary's answer with its serial over UDP, doubled with each further attempt.
    public var datagramTimeout: Int64 = 2_000_000_000
    public var datagramAttempts = 2
    /// The same over a stream, with all that has to come before.
    public var streamTimeout: Int64 = 10_000_000_000
    /// For the first message of a transfer: the primary may have to read its journal first.
    public var firstMessageTimeout: Int64 = 20_000_000_000
    /// Between two messages of a transfer.
    public var nextMessageTimeout: Int64 = 30_000_000_000
    /// Octets of a transfer that were received and not read yet, above which no more are received.
    public var unreadOctets = 1 << 20

    public init() {
        transfer = IncomingTransfer.Limits()
        transfer.octets = 1 << 30
    }
}
