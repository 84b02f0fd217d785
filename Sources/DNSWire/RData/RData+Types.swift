/// Typed readings and makings of the RDATA that Homing itself understands. Everything else is served as it came.
extension RData {
    public static func address(_ address: IPAddress) -> RData {
        RData(unchecked: address.octets)
    }

    /// The address of an A or AAAA record.
    public var address: IPAddress? { IPAddress(octets: bytes) }

    /// NS, CNAME, DNAME, PTR: a name and nothing else.
    public static func name(_ name: DomainName) -> RData {
        RData(unchecked: name.wire)
    }

    /// The name of NS, CNAME, DNAME, PTR.
    public var targetName: DomainName? { name(at: 0) }

    /// One or more character-strings of up to 255 octets (RFC 1035 §3.3.14); longer ones are cut into several.
    public static func text(_ strings: [String]) -> RData {
        var bytes: [UInt8] = []
        for string in strings {
            var rest = Array(string.utf8)[...]
            repeat {
                let part = rest.prefix(255)
                bytes.append(UInt8(part.count))
                bytes += part
                rest = rest.dropFirst(255)
            } while !rest.isEmpty
        }
        return RData(unchecked: bytes)
    }

    func uint32(at offset: Int) -> UInt32? {
        try? bytes.span.uint32(at: offset)
    }
}

extension RecordType {
    /// The type of record that holds an address of `family`.
    public static func address(_ family: IPAddress.Family) -> RecordType {
        family == .ipv4 ? .a : .aaaa
    }
}

/// SOA (RFC 1035 §3.3.13).
///
///     MNAME RNAME SERIAL(32) REFRESH(32) RETRY(32) EXPIRE(32) MINIMUM(32)
public struct StartOfAuthority: Hashable, Sendable {
    public var primary: DomainName
    public var mailbox: DomainName
    public var serial: UInt32
    /// Seconds, as are the next three.
    public var refresh: UInt32
    public var retry: UInt32
    public var expire: UInt32
    /// The TTL of negative answers (RFC 2308 §4).
    public var minimum: UInt32

    public init(
        primary: DomainName, mailbox: DomainName, serial: UInt32, refresh: UInt32, retry: UInt32,
        expire: UInt32,
        minimum: UInt32
    ) {
        self.primary = primary
        self.mailbox = mailbox
        self.serial = serial
        self.refresh = refresh
        self.retry = retry
        self.expire = expire
        self.minimum = minimum
    }

    /// Nil when the RDATA is not a SOA's.
    public init?(_ rdata: RData) {
        guard let primary = rdata.name(at: 0), let mailbox = rdata.name(at: primary.wire.count) else {
            return nil
        }
        let start = primary.wire.count + mailbox.wire.count
        let numbers = (0..<5).compactMap { rdata.uint32(at: start + $0 * 4) }
        guard numbers.count == 5 else { return nil }
        self.init(
            primary: primary, mailbox: mailbox, serial: numbers[0], refresh: numbers[1], retry: numbers[2],
            expire: numbers[3], minimum: numbers[4])
    }

    public var rdata: RData {
        var bytes = primary.wire + mailbox.wire
        for number in [serial, refresh, retry, expire, minimum] {
            for shift in [24, 16, 8, 0] { bytes.append(UInt8(truncatingIfNeeded: number >> UInt32(shift))) }
        }
        return RData(unchecked: bytes)
    }
}
