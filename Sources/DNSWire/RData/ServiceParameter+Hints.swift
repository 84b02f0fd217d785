extension ServiceParameter {
    /// The addresses in `ipv4hint` and `ipv6hint` of a SVCB or HTTPS record (RFC 9460 §7.3); none for other RDATA.
    public static func addressHints(of rdata: RData) -> [IPAddress] {
        guard let target = rdata.name(at: 2) else { return [] }
        let bytes = rdata.bytes
        var addresses: [IPAddress] = []
        var position = 2 + target.wire.count
        while position + 4 <= bytes.count {
            let key = UInt16(bytes[position]) << 8 | UInt16(bytes[position + 1])
            let length = Int(bytes[position + 2]) << 8 | Int(bytes[position + 3])
            let end = position + 4 + length
            guard end <= bytes.count else { break }
            let size = key == Key.ipv4hint.rawValue ? 4 : key == Key.ipv6hint.rawValue ? 16 : 0
            if size > 0 {
                for start in stride(from: position + 4, to: end, by: size) where start + size <= end {
                    if let address = IPAddress(octets: bytes[start..<(start + size)]) {
                        addresses.append(address)
                    }
                }
            }
            position = end
        }
        return addresses
    }
}
