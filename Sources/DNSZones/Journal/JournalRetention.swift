/// How much of a zone's past is kept for secondaries that follow it with IXFR (RFC 1995 §5 leaves it to us). What is over either
/// bound goes, oldest first, as soon as the zone can be read back without it.
public struct JournalRetention: Sendable, Hashable {
    /// Of the changes that are kept: some minutes of a zone that changes all the time, months of one that seldom does.
    public var octets = 16 << 20
    /// In seconds. A secondary that was away for longer is better off with all of the zone.
    public var age: Int64 = 30 * 86_400

    public init() {}
}
