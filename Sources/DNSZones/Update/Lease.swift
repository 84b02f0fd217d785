public import DNSWire

/// A record that stays only as long as its lease (RFC 9664).
public struct LeasedRecord: Sendable, Hashable {
    public var ownerName: DomainName
    public var type: RecordType
    public var rdata: RData

    public init(_ ownerName: DomainName, _ type: RecordType, _ rdata: RData) {
        self.ownerName = ownerName
        self.type = type
        self.rdata = rdata
    }
}

/// What an update does to leases; kept in the same transaction as its records.
public enum LeaseChange: Sendable, Hashable {
    /// The record goes at this wall time, in seconds since 1970, unless it is refreshed.
    case set(LeasedRecord, expiry: Int64)
    /// The record is gone, or stays for good.
    case clear(LeasedRecord)
}
