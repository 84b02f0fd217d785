/// A question (RFC 1035 §4.1.2).
public struct Question: Hashable, Sendable {
    public var qname: DomainName
    public var qtype: RecordType
    public var qclass: RecordClass

    public init(_ qname: DomainName, _ qtype: RecordType, _ qclass: RecordClass = .internet) {
        self.qname = qname
        self.qtype = qtype
        self.qclass = qclass
    }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(qname)
        hasher.combine(UInt64(qtype.rawValue) << 16 | UInt64(qclass.rawValue))
    }

    public init(parsing message: Span<UInt8>, at offset: inout Int) throws(WireError) {
        qname = try DomainName(parsing: message, at: &offset)
        qtype = RecordType(rawValue: try message.uint16(at: offset))
        qclass = RecordClass(rawValue: try message.uint16(at: offset + 2))
        offset += 4
    }
}

extension Question: CustomStringConvertible {
    public var description: String { "\(qname) \(qclass) \(qtype)" }
}

/// A resource record (RFC 1035 §4.1.3).
public struct Record: Hashable, Sendable {
    public var ownerName: DomainName
    public var type: RecordType
    public var recordClass: RecordClass
    /// Seconds. A received value with the top bit set reads as zero (RFC 2181 §8).
    public var ttl: UInt32
    public var rdata: RData

    public init(
        _ ownerName: DomainName, _ type: RecordType, _ recordClass: RecordClass = .internet, ttl: UInt32,
        _ rdata: RData
    ) {
        self.ownerName = ownerName
        self.type = type
        self.recordClass = recordClass
        self.ttl = ttl
        self.rdata = rdata
    }

    public init(parsing message: Span<UInt8>, at offset: inout Int) throws(WireError) {
        var owners = OwnerNames()
        try self.init(parsing: message, at: &offset, owners: &owners)
    }

    init(parsing message: Span<UInt8>, at offset: inout Int, owners: inout OwnerNames) throws(WireError) {
        ownerName = try owners.parse(message, at: &offset)
        type = RecordType(rawValue: try message.uint16(at: offset))
        recordClass = RecordClass(rawValue: try message.uint16(at: offset + 2))
        let ttl = try message.uint32(at: offset + 4)
        self.ttl = ttl & 0x8000_0000 == 0 ? ttl : 0
        let length = Int(try message.uint16(at: offset + 8))
        rdata = try RData(
            parsing: message, at: offset + 10, length: length, type: type, recordClass: recordClass)
        offset += 10 + length
    }
}

/// All records of one owner, type and class (RFC 2181 §5), with the signatures that cover them.
public struct RRset: Hashable, Sendable {
    public var ownerName: DomainName
    public var type: RecordType
    public var recordClass: RecordClass
    /// Seconds; the smallest of its records' (RFC 2181 §5.2).
    public var ttl: UInt32
    public var rdatas: [RData]
    /// RDATA of the RRSIG records that cover it.
    public var signatures: [RData]

    public init(
        _ ownerName: DomainName, _ type: RecordType, _ recordClass: RecordClass = .internet, ttl: UInt32,
        rdatas: [RData], signatures: [RData] = []
    ) {
        self.ownerName = ownerName
        self.type = type
        self.recordClass = recordClass
        self.ttl = ttl
        self.rdatas = rdatas
        self.signatures = signatures
    }
}
