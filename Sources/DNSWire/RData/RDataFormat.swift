/// What the RDATA of a type consists of, field by field. One table serves the wire, the canonical form and the text,
/// so a new record type is one line here.
public enum RDataField: Sendable, Hashable {
    case uint8, uint16, uint32
    /// Seconds, written with or without units in master files.
    case ttl
    /// Seconds since 1970 modulo 2^32, written YYYYMMDDHHmmSS (RFC 4034 §3.2).
    case timestamp
    /// A RR type by mnemonic.
    case recordType
    /// A DNSSEC algorithm number or mnemonic (RFC 4034 §A.1).
    case algorithm
    /// How a DS record digests a key: number or mnemonic.
    case digestType
    /// A CERT type number or mnemonic (RFC 4398 §2.1).
    case certificateType
    case ipv4, ipv6
    /// A name that may be compressed: the types of RFC 1035 only (RFC 3597 §4).
    case compressibleName
    /// A name never sent compressed, but lower-cased in the canonical form (RFC 4034 §6.2).
    case canonicalName
    /// A name that is neither compressed nor lower-cased.
    case plainName
    /// One length octet and up to 255 octets (RFC 1035 §3.3).
    case characterString
    /// One or more of them, to the end.
    case characterStrings
    /// A character-string written without quotes: the tag of CAA (RFC 8659 §4.1).
    case tag
    /// The rest, written as one quoted string: the value of CAA, the target of URI.
    case quotedRest
    /// The rest, in hexadecimal digits.
    case hexRest
    /// The rest, in base64.
    case base64Rest
    /// A length octet and octets in hexadecimal, `-` for none: an NSEC3 salt.
    case hexSalt
    /// A length octet and octets in base32hex: an NSEC3 hash.
    case base32Hash
    /// The windows of RFC 4034 §4.1.2.
    case typeBitmap
    /// All of LOC (RFC 1876).
    case location
    /// The items of APL (RFC 3123).
    case addressPrefixes
    /// The parameters of SVCB (RFC 9460 §2.2).
    case serviceParameters
    /// Six or eight octets with hyphens (RFC 7043).
    case eui48, eui64
}

extension RecordType {
    /// The fields of this type's RDATA; nil for a type that is opaque to us (RFC 3597).
    public var rdataFormat: [RDataField]? {
        switch self {
        case .a: Self.aFormat
        case .aaaa: Self.aaaaFormat
        case .ns, .cname, .ptr, .md, .mf, .mb, .mg, .mr: Self.nameFormat
        case .soa: Self.soaFormat
        case .mx: Self.mxFormat
        case .minfo: Self.minfoFormat
        case .rrsig, .sig: Self.rrsigFormat
        default: Self.otherFormats[rawValue]
        }
    }

    private static let aFormat: [RDataField] = [.ipv4]
    private static let aaaaFormat: [RDataField] = [.ipv6]
    private static let nameFormat: [RDataField] = [.compressibleName]
    private static let soaFormat: [RDataField] = [
        .compressibleName, .compressibleName, .uint32, .ttl, .ttl, .ttl, .ttl,
    ]
    private static let mxFormat: [RDataField] = [.uint16, .compressibleName]
    private static let minfoFormat: [RDataField] = [.compressibleName, .compressibleName]
    private static let rrsigFormat: [RDataField] = [
        .recordType, .algorithm, .uint8, .ttl, .timestamp, .timestamp, .uint16, .canonicalName, .base64Rest,
    ]
    private static let otherFormats: [UInt16: [RDataField]] = [
        RecordType.hinfo.rawValue: [.characterString, .characterString],
        RecordType.txt.rawValue: [.characterStrings],
        RecordType.spf.rawValue: [.characterStrings],
        RecordType.rp.rawValue: [.canonicalName, .canonicalName],
        RecordType.afsdb.rawValue: [.uint16, .canonicalName],
        RecordType.x25.rawValue: [.characterString],
        RecordType.isdn.rawValue: [.characterStrings],
        RecordType.rt.rawValue: [.uint16, .canonicalName],
        RecordType.px.rawValue: [.uint16, .canonicalName, .canonicalName],
        RecordType.kx.rawValue: [.uint16, .canonicalName],
        RecordType.loc.rawValue: [.location],
        RecordType.srv.rawValue: [.uint16, .uint16, .uint16, .canonicalName],
        RecordType.naptr.rawValue: [
            .uint16, .uint16, .characterString, .characterString, .characterString, .canonicalName,
        ],
        RecordType.cert.rawValue: [.certificateType, .uint16, .algorithm, .base64Rest],
        RecordType.dname.rawValue: [.canonicalName],
        RecordType.apl.rawValue: [.addressPrefixes],
        RecordType.ds.rawValue: [.uint16, .algorithm, .digestType, .hexRest],
        RecordType.cds.rawValue: [.uint16, .algorithm, .digestType, .hexRest],
        RecordType.sshfp.rawValue: [.uint8, .uint8, .hexRest],
        RecordType.nsec.rawValue: [.plainName, .typeBitmap],
        RecordType.dnskey.rawValue: [.uint16, .uint8, .algorithm, .base64Rest],
        RecordType.cdnskey.rawValue: [.uint16, .uint8, .algorithm, .base64Rest],
        RecordType.key.rawValue: [.uint16, .uint8, .algorithm, .base64Rest],
        RecordType.dhcid.rawValue: [.base64Rest],
        RecordType.nsec3.rawValue: [.uint8, .uint8, .uint16, .hexSalt, .base32Hash, .typeBitmap],
        RecordType.nsec3param.rawValue: [.uint8, .uint8, .uint16, .hexSalt],
        RecordType.tlsa.rawValue: [.uint8, .uint8, .uint8, .hexRest],
        RecordType.smimea.rawValue: [.uint8, .uint8, .uint8, .hexRest],
        RecordType.openpgpkey.rawValue: [.base64Rest],
        RecordType.csync.rawValue: [.uint32, .uint16, .typeBitmap],
        RecordType.zonemd.rawValue: [.uint32, .uint8, .uint8, .hexRest],
        RecordType.svcb.rawValue: [.uint16, .plainName, .serviceParameters],
        RecordType.https.rawValue: [.uint16, .plainName, .serviceParameters],
        RecordType.eui48.rawValue: [.eui48],
        RecordType.eui64.rawValue: [.eui64],
        RecordType.uri.rawValue: [.uint16, .uint16, .quotedRest],
        RecordType.caa.rawValue: [.uint8, .tag, .quotedRest],
    ]
}
