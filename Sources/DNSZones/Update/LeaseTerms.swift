public import DNSWire

/// How short and how long leases may be, in seconds. Unless somebody says otherwise, as RFC 9664 §8 recommends.
public struct LeaseBounds: Sendable, Hashable {
    public var minimum: UInt32 = 30
    public var maximum: UInt32 = 86_400
    /// Of KEY records, which hold a name for its owner while he is away.
    public var maximumOfKeys: UInt32 = 604_800

    public init() {}
}

/// A lease as it is granted (RFC 9664 §8): long enough that renewing it costs little, short enough that what is forgotten goes.
public struct LeaseTerms: Sendable, Hashable {
    /// With a lease of KEY records where one was asked for (§4.3).
    public let granted: UpdateLease
    private let wall: Int64

    /// - Parameter wall: seconds since 1970, from which it counts.
    init(_ wanted: UpdateLease, _ bounds: LeaseBounds, wall: Int64) {
        granted = UpdateLease(
            lease: min(max(wanted.lease, bounds.minimum), bounds.maximum),
            keyLease: wanted.keyLease.map { min(max($0, bounds.minimum), bounds.maximumOfKeys) })
        self.wall = wall
    }

    /// When a record of this type goes.
    func expiry(of type: RecordType) -> Int64 {
        wall + Int64(type == .key ? granted.keyLease ?? granted.lease : granted.lease)
    }
}
