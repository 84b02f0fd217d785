import DNSWire

/// Server cookies that need no memory (RFC 9018 §4): version, time and a keyed hash over client cookie and address.
///
///     | version 8 = 1 | reserved 24 = 0 | timestamp 32 | hash 64 |
struct ServerCookies {
    static let length = 16
    /// RFC 9018 §4.3.
    static let lifetime: Int64 = 3600
    static let futureTolerance: Int64 = 300

    let key: SipHash.Key

    /// Writes the 16 octets of a fresh server cookie to `target` at `position`.
    func write(
        for client: IPAddress, clientCookie packet: Span<UInt8>, at cookie: Int, wall: Int64,
        to target: inout MutableSpan<UInt8>, at position: Int
    ) {
        let time = UInt32(truncatingIfNeeded: wall)
        let hash = hash(client, packet, cookie, time)
        target[position] = 1
        for step in 1..<4 { target[position + step] = 0 }
        for step in 0..<4 {
            target[position + 4 + step] = UInt8(truncatingIfNeeded: time >> UInt32(24 - step * 8))
        }
        for step in 0..<8 {
            target[position + 8 + step] = UInt8(truncatingIfNeeded: hash >> UInt64(step * 8))
        }
    }

    /// Whether the option's octets are a client cookie with a server cookie that we gave that client lately.
    func isValid(_ packet: Span<UInt8>, _ option: Range<Int>, client: IPAddress, wall: Int64) -> Bool {
        guard option.count == 8 + Self.length, option.upperBound <= packet.count else { return false }
        let server = option.lowerBound + 8
        guard packet[server] == 1, packet[server + 1] == 0, packet[server + 2] == 0, packet[server + 3] == 0,
            let time = try? packet.uint32(at: server + 4)
        else { return false }
        // RFC 1982 arithmetic, as the time is modulo 2^32.
        let age = Int64(Int32(bitPattern: UInt32(truncatingIfNeeded: wall) &- time))
        guard age <= Self.lifetime, age >= -Self.futureTolerance else { return false }
        let hash = hash(client, packet, option.lowerBound, time)
        var difference: UInt8 = 0
        for step in 0..<8 {
            difference |= packet[server + 8 + step] ^ UInt8(truncatingIfNeeded: hash >> UInt64(step * 8))
        }
        return difference == 0
    }

    /// RFC 9018 §4.4: client cookie, version, reserved, time, client address.
    private func hash(_ client: IPAddress, _ packet: Span<UInt8>, _ cookie: Int, _ time: UInt32) -> UInt64 {
        var input = InlineArray<32, UInt8>(repeating: 0)
        for step in 0..<8 { input[step] = packet[cookie + step] }
        input[8] = 1
        for step in 0..<4 { input[12 + step] = UInt8(truncatingIfNeeded: time >> UInt32(24 - step * 8)) }
        let count = client.octetCount
        for step in 0..<count {
            input[16 + step] = UInt8(truncatingIfNeeded: client.bits >> UInt128((count - 1 - step) * 8))
        }
        return SipHash.hash24(input.span, count: 16 + count, key: key)
    }
}
