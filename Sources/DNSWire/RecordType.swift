/// A RR TYPE or QTYPE: any 16-bit number, the known ones with a mnemonic (IANA "DNS Parameters").
public struct RecordType: RawRepresentable, Hashable, Sendable, Comparable {
    public let rawValue: UInt16

    @inlinable
    public init(rawValue: UInt16) { self.rawValue = rawValue }

    @inlinable
    init(_ rawValue: UInt16) { self.rawValue = rawValue }

    public static func < (a: RecordType, b: RecordType) -> Bool { a.rawValue < b.rawValue }
}

extension RecordType {
    public static let a = RecordType(1)
    public static let ns = RecordType(2)
    public static let md = RecordType(3)
    public static let mf = RecordType(4)
    public static let cname = RecordType(5)
    public static let soa = RecordType(6)
    public static let mb = RecordType(7)
    public static let mg = RecordType(8)
    public static let mr = RecordType(9)
    public static let null = RecordType(10)
    public static let wks = RecordType(11)
    public static let ptr = RecordType(12)
    public static let hinfo = RecordType(13)
    public static let minfo = RecordType(14)
    public static let mx = RecordType(15)
    public static let txt = RecordType(16)
    public static let rp = RecordType(17)
    public static let afsdb = RecordType(18)
    public static let x25 = RecordType(19)
    public static let isdn = RecordType(20)
    public static let rt = RecordType(21)
    public static let sig = RecordType(24)
    public static let key = RecordType(25)
    public static let px = RecordType(26)
    public static let aaaa = RecordType(28)
    public static let loc = RecordType(29)
    public static let nxt = RecordType(30)
    public static let srv = RecordType(33)
    public static let naptr = RecordType(35)
    public static let kx = RecordType(36)
    public static let cert = RecordType(37)
    public static let dname = RecordType(39)
    public static let opt = RecordType(41)
    public static let apl = RecordType(42)
    public static let ds = RecordType(43)
    public static let sshfp = RecordType(44)
    public static let rrsig = RecordType(46)
    public static let nsec = RecordType(47)
    public static let dnskey = RecordType(48)
    public static let dhcid = RecordType(49)
    public static let nsec3 = RecordType(50)
    public static let nsec3param = RecordType(51)
    public static let tlsa = RecordType(52)
    public static let smimea = RecordType(53)
    public static let cds = RecordType(59)
    public static let cdnskey = RecordType(60)
    public static let openpgpkey = RecordType(61)
    public static let csync = RecordType(62)
    public static let zonemd = RecordType(63)
    public static let svcb = RecordType(64)
    public static let https = RecordType(65)
    public static let spf = RecordType(99)
    public static let eui48 = RecordType(108)
    public static let eui64 = RecordType(109)
    public static let tkey = RecordType(249)
    public static let tsig = RecordType(250)
    public static let ixfr = RecordType(251)
    public static let axfr = RecordType(252)
    public static let mailb = RecordType(253)
    public static let maila = RecordType(254)
    public static let any = RecordType(255)
    public static let uri = RecordType(256)
    public static let caa = RecordType(257)

    /// Types that name no data: OPT, and the QTYPEs and meta types of RFC 6895 §3.1 (128 to 255).
    public var isMeta: Bool { self == .opt || (128...255).contains(rawValue) }

    static let mnemonics: [(RecordType, String)] = [
        (.a, "A"), (.ns, "NS"), (.md, "MD"), (.mf, "MF"), (.cname, "CNAME"), (.soa, "SOA"), (.mb, "MB"),
        (.mg, "MG"), (.mr, "MR"), (.null, "NULL"), (.wks, "WKS"), (.ptr, "PTR"), (.hinfo, "HINFO"),
        (.minfo, "MINFO"), (.mx, "MX"), (.txt, "TXT"), (.rp, "RP"), (.afsdb, "AFSDB"), (.x25, "X25"),
        (.isdn, "ISDN"), (.rt, "RT"), (.sig, "SIG"), (.key, "KEY"), (.px, "PX"), (.aaaa, "AAAA"),
        (.loc, "LOC"),
        (.nxt, "NXT"), (.srv, "SRV"), (.naptr, "NAPTR"), (.kx, "KX"), (.cert, "CERT"), (.dname, "DNAME"),
        (.opt, "OPT"), (.apl, "APL"), (.ds, "DS"), (.sshfp, "SSHFP"), (.rrsig, "RRSIG"), (.nsec, "NSEC"),
        (.dnskey, "DNSKEY"), (.dhcid, "DHCID"), (.nsec3, "NSEC3"), (.nsec3param, "NSEC3PARAM"),
        (.tlsa, "TLSA"),
        (.smimea, "SMIMEA"), (.cds, "CDS"), (.cdnskey, "CDNSKEY"), (.openpgpkey, "OPENPGPKEY"),
        (.csync, "CSYNC"),
        (.zonemd, "ZONEMD"), (.svcb, "SVCB"), (.https, "HTTPS"), (.spf, "SPF"), (.eui48, "EUI48"),
        (.eui64, "EUI64"), (.tkey, "TKEY"), (.tsig, "TSIG"), (.ixfr, "IXFR"), (.axfr, "AXFR"),
        (.mailb, "MAILB"),
        (.maila, "MAILA"), (.any, "ANY"), (.uri, "URI"), (.caa, "CAA"),
    ]
    private static let names = Dictionary(uniqueKeysWithValues: mnemonics.map { ($0.0.rawValue, $0.1) })
    private static let values = Dictionary(
        uniqueKeysWithValues: mnemonics.compactMap { type, text in MnemonicKey(text.utf8).map { ($0, type) } }
    )

    /// A mnemonic in any case, or `TYPE123` (RFC 3597 §5).
    public init?(_ text: some StringProtocol) {
        self.init(octets: text.utf8)
    }

    init?(octets: some Collection<UInt8>) {
        if let key = MnemonicKey(octets), let known = Self.values[key] {
            self = known
        } else if let number = genericNumber(octets, prefix: "type") {
            self.init(number)
        } else {
            return nil
        }
    }
}

/// A word of up to sixteen octets, ASCII letters folded, as one number: looked up without making a string.
private struct MnemonicKey: Hashable {
    private let bits: UInt128

    init?(_ text: some Collection<UInt8>) {
        var bits: UInt128 = 0
        for octet in text {
            guard bits >> 120 == 0 else { return nil }
            bits = bits << 8 | UInt128(lowercased(octet))
        }
        self.bits = bits
    }
}

/// The number of `TYPE123` and `CLASS123` (RFC 3597 §5).
private func genericNumber(_ text: some Collection<UInt8>, prefix: StaticString) -> UInt16? {
    let prefix = prefix.description.utf8
    guard text.count > prefix.count, zip(text, prefix).allSatisfy({ lowercased($0) == $1 }) else {
        return nil
    }
    return DecimalText.number(text.dropFirst(prefix.count))
}

extension RecordType: CustomStringConvertible {
    public var description: String { Self.names[rawValue] ?? "TYPE\(rawValue)" }
}

/// A RR CLASS or QCLASS.
public struct RecordClass: RawRepresentable, Hashable, Sendable {
    public let rawValue: UInt16

    @inlinable
    public init(rawValue: UInt16) { self.rawValue = rawValue }

    public static let internet = RecordClass(rawValue: 1)
    public static let chaos = RecordClass(rawValue: 3)
    public static let hesiod = RecordClass(rawValue: 4)
    public static let none = RecordClass(rawValue: 254)
    public static let any = RecordClass(rawValue: 255)

    private static let values: [MnemonicKey: RecordClass] = Dictionary(
        uniqueKeysWithValues: [internet, chaos, hesiod, none, any].compactMap { recordClass in
            MnemonicKey(recordClass.description.utf8).map { ($0, recordClass) }
        })

    /// A mnemonic in any case, or `CLASS123` (RFC 3597 §5).
    public init?(_ text: some StringProtocol) {
        self.init(octets: text.utf8)
    }

    init?(octets: some Collection<UInt8>) {
        if let key = MnemonicKey(octets), let known = Self.values[key] {
            self = known
        } else if let number = genericNumber(octets, prefix: "class") {
            self.init(rawValue: number)
        } else {
            return nil
        }
    }
}

extension RecordClass: CustomStringConvertible {
    public var description: String {
        switch self {
        case .internet: "IN"
        case .chaos: "CH"
        case .hesiod: "HS"
        case .none: "NONE"
        case .any: "ANY"
        default: "CLASS\(rawValue)"
        }
    }
}
