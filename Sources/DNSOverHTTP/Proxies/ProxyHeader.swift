public import DNSWire

/// The header of the proxy protocol, version 2, with which a proxy says for whom it opened a connection. The
/// older version, a line of text, is refused: its end cannot be known before it is read.
public enum ProxyHeader: Sendable, Equatable {
    /// The octets so far are the beginning of a header.
    case incomplete
    /// The header has `length` octets; the connection's own begin behind them. `client` is nil for what the
    /// proxy does on its own behalf (LOCAL) and for what came to it by no Internet protocol: then the
    /// connection's own addresses count.
    case header(length: Int, client: SocketAddress?, local: SocketAddress?)
    /// No such header: the connection must be closed.
    case malformed

    /// Signature, version and command, family and protocol, length.
    static let fixedLength = 16
    /// Addresses and fields that a proxy may add (names, TLS facts). The longest that a certificate's
    /// subject needs fits; the protocol would allow 64 KiB before the first octet of the client.
    static let longestRest = 4_096

    private static let signature: InlineArray<12, UInt8> = [
        0x0d, 0x0a, 0x0d, 0x0a, 0x00, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a,
    ]

    /// Reads a header from the first octets of a connection; asked again with more when it is incomplete.
    public static func read(_ octets: Span<UInt8>) -> ProxyHeader {
        for index in 0..<min(octets.count, 12) where octets[index] != signature[index] { return .malformed }
        if octets.count > 12 {
            guard octets[12] == Self.proxy || octets[12] == Self.local else { return .malformed }
        }
        guard octets.count >= fixedLength else { return .incomplete }
        let rest = Int(octets[14]) << 8 | Int(octets[15])
        guard rest <= longestRest else { return .malformed }
        let length = fixedLength + rest
        guard octets.count >= length else { return .incomplete }
        let header = octets.extracting(0..<length)
        // What a proxy does on its own behalf has nothing behind the fixed part that counts.
        guard header[12] == Self.proxy, header[13] != unspecified else {
            return .header(length: length, client: nil, local: nil)
        }
        guard let addressLength = addressLength(header[13]), rest >= addressLength,
            checkFields(header, from: fixedLength + addressLength)
        else { return .malformed }
        guard let size = size(header[13]) else { return .header(length: length, client: nil, local: nil) }
        let start = fixedLength
        guard let client = address(header, start, size, port: start + 2 * size),
            let local = address(header, start + size, size, port: start + 2 * size + 2)
        else { return .malformed }
        return .header(length: length, client: client, local: local)
    }

    /// Version 2 with either command.
    private static let local: UInt8 = 0x20
    private static let proxy: UInt8 = 0x21

    /// No family and no protocol.
    private static let unspecified: UInt8 = 0x00

    /// Octets of the addresses and ports of a family and protocol; nil when there is no such.
    private static func addressLength(_ family: UInt8) -> Int? {
        switch family {
        case 0x11, 0x12: 12
        case 0x21, 0x22: 36
        // Sockets of a file system: two paths.
        case 0x31, 0x32: 216
        default: nil
        }
    }

    /// Octets of an Internet address over a stream; what else is proxied says nothing about a client here.
    private static func size(_ family: UInt8) -> Int? {
        switch family {
        case 0x11: 4
        case 0x21: 16
        default: nil
        }
    }

    private static func address(
        _ header: Span<UInt8>, _ offset: Int, _ size: Int, port: Int
    ) -> SocketAddress? {
        var bits: UInt128 = 0
        for index in offset..<offset + size { bits = bits << 8 | UInt128(header[index]) }
        let address =
            size == 4 ? IPAddress(ipv4: UInt32(truncatingIfNeeded: bits)) : IPAddress(ipv6: bits).unmapped
        return SocketAddress(address, port: UInt16(header[port]) << 8 | UInt16(header[port + 1]))
    }

    //--- Fields ---

    /// A checksum over the whole header, its own octets taken for zero.
    private static let checksumField: UInt8 = 0x03

    /// Whether what follows the addresses is fields of type, length and value, and a checksum among them is
    /// right.
    private static func checkFields(_ header: Span<UInt8>, from first: Int) -> Bool {
        var offset = first
        while offset < header.count {
            guard header.count - offset >= 3 else { return false }
            let length = Int(header[offset + 1]) << 8 | Int(header[offset + 2])
            let value = offset + 3
            guard header.count - value >= length else { return false }
            if header[offset] == checksumField {
                guard length == 4 else { return false }
                var given: UInt32 = 0
                for index in value..<value + 4 { given = given << 8 | UInt32(header[index]) }
                guard given == checksum(header, zeroing: value..<value + 4) else { return false }
            }
            offset = value + length
        }
        return true
    }

    /// CRC32C (Castagnoli, reflected) bit by bit: a header has few octets, and hardly any has a checksum.
    private static func checksum(_ header: Span<UInt8>, zeroing own: Range<Int>) -> UInt32 {
        let polynomial: UInt32 = 0x82f6_3b78
        var remainder: UInt32 = .max
        for index in 0..<header.count {
            remainder ^= own.contains(index) ? 0 : UInt32(header[index])
            for _ in 0..<8 { remainder = remainder >> 1 ^ (remainder & 1 == 0 ? 0 : polynomial) }
        }
        return ~remainder
    }
}
