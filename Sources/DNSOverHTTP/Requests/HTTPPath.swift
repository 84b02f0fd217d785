/// The path of a URI in a form in which equivalent paths are equal: an octet that needs no percent-encoding
/// means the same with and without it, one that does not (such as a slash) means something else when encoded
/// (RFC 3986 §2.2, §6.2.2).
public struct HTTPPath: Sendable, Hashable {
    /// Octets; those that are percent-encoded and reserved with `URIReader.encoded` added.
    private let units: [UInt16]

    /// An absolute path such as `/dns-query`, without query and fragment. Nil when it is none.
    public init?(_ text: String) {
        let octets = Array(text.utf8)
        var reader = URIReader(0..<octets.count)
        var units: [UInt16] = []
        while let unit = reader.next(in: octets.span) {
            let octet = UInt8(truncatingIfNeeded: unit)
            guard unit != URIReader.malformed, unit >= URIReader.encoded || Self.isPathOctet(octet)
            else { return nil }
            units.append(unit)
        }
        guard units.first == UInt16(UInt8(ascii: "/")) else { return nil }
        self.units = units
    }

    private init(units: [UInt16]) { self.units = units }

    /// Where clients look first: the path of RFC 8484's examples.
    public static let standard = HTTPPath(units: "/dns-query".utf8.map(UInt16.init))

    /// RFC 3986 §3.3: `pchar` and the slash.
    private static func isPathOctet(_ octet: UInt8) -> Bool {
        URIReader.isUnreserved(octet) || "!$&'()*+,;=:@/".utf8.contains(octet)
    }

    /// Whether the octets of `range` are this path.
    func matches(_ text: Span<UInt8>, _ range: Range<Int>) -> Bool {
        var reader = URIReader(range)
        for index in units.indices {
            guard reader.next(in: text) == units[index] else { return false }
        }
        return reader.next(in: text) == nil
    }
}

/// Reads part of a URI octet for octet, with needless percent-encoding taken away.
struct URIReader {
    private var offset: Int
    private let end: Int

    /// Added to an octet that was percent-encoded and is reserved.
    static let encoded: UInt16 = 0x100
    /// A percent sign without two hexadecimal digits.
    static let malformed: UInt16 = 0x200

    init(_ range: Range<Int>) {
        offset = range.lowerBound
        end = range.upperBound
    }

    /// The next octet of `text`, marked when it is not what it looks like; nil at the end.
    @inline(__always)
    mutating func next(in text: Span<UInt8>) -> UInt16? {
        guard offset < end, offset >= 0, offset < text.count else { return nil }
        let octet = text[offset]
        offset += 1
        return octet == UInt8(ascii: "%") ? decoded(in: text) : UInt16(octet)
    }

    private mutating func decoded(in text: Span<UInt8>) -> UInt16 {
        guard min(end, text.count) - offset >= 2, let high = Self.hexadecimal(text[offset]),
            let low = Self.hexadecimal(text[offset + 1])
        else { return Self.malformed }
        offset += 2
        let octet = high << 4 | low
        return Self.isUnreserved(octet) ? UInt16(octet) : Self.encoded | UInt16(octet)
    }

    static func hexadecimal(_ octet: UInt8) -> UInt8? {
        switch octet {
        case 0x30...0x39: octet - 0x30
        case 0x41...0x46: octet - 0x41 + 10
        case 0x61...0x66: octet - 0x61 + 10
        default: nil
        }
    }

    /// RFC 3986 §2.3.
    static func isUnreserved(_ octet: UInt8) -> Bool {
        switch octet {
        case 0x30...0x39, 0x41...0x5a, 0x61...0x7a: true
        case UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "~"): true
        default: false
        }
    }
}
