public import DNSWire

/// A lease as it is granted (RFC 9664 §8): long enough that renewing it costs little, short enough that what is forgotten goes.
public struct LeaseTerms: Sendable, Hashable {
    /// Seconds; what §8 recommends, as are the next two.
    public static let minimum: UInt32 = 30
    public static let maximum: UInt32 = 86_400
    /// Of KEY records, which hold a name for its owner while he is away.
    public static let maximumOfKeys: UInt32 = 604_800

    /// With a lease of KEY records where one was asked for (§4.3).
    public let granted: UpdateLease
    private let wall: Int64

    /// - Parameter wall: seconds since 1970, from which it counts.
    init(_ wanted: UpdateLease, wall: Int64) {
        granted = UpdateLease(
            lease: min(max(wanted.lease, Self.minimum), Self.maximum),
            keyLease: wanted.keyLease.map { min(max($0, Self.minimum), Self.maximumOfKeys) })
        self.wall = wall
    }

    /// When a record of this type goes.
    func expiry(of type: RecordType) -> Int64 {
        wall + Int64(type == .key ? granted.keyLease ?? granted.lease : granted.lease)
    }
}
