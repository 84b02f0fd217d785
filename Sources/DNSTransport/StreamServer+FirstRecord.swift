import CLinux

extension StreamServer {
    /// Whether all of a client's first record has come, or what came is the beginning of none. Until then the kernel keeps it,
    /// for its size: a session that waits for the rest of a ClientHello has some 50 KB of buffers.
    func hasFirstRecord(_ connection: StreamConnection) -> Bool {
        let room = unsafe readBuffer.slice(0..<FirstRecord.longest)
        let count = unsafe connection.descriptor.peek(into: room)
        let octets = unsafe UnsafeBufferPointer(rebasing: room[..<count])
        // The kernel was told what is waited for: when it tells of less, the client sends no more.
        if count >= connection.awaitedOctets, let length = unsafe FirstRecord.length(octets.span),
            count < length
        {
            expect(length, from: connection)
            return false
        }
        if connection.awaitedOctets > 0 { expect(0, from: connection) }
        return true
    }

    private func expect(_ count: Int, from connection: StreamConnection) {
        connection.awaitedOctets = count
        // Without it, too, the connection is only told of too often, and has a deadline.
        try? connection.descriptor.set(CLINUX_LOW_WATER, max(1, count))
    }
}

/// The record with which a client begins TLS (RFC 8446 §5.1).
enum FirstRecord {
    private static let handshake: UInt8 = 22
    private static let header = 5
    private static let longestFragment = 16_384
    static let longest = header + longestFragment

    /// How long it is, header included, as far as can be told: 5 before the header is whole. Nil when it is no such record.
    static func length(_ octets: Span<UInt8>) -> Int? {
        guard octets.count > 0 else { return header }
        guard octets[0] == handshake else { return nil }
        guard octets.count >= header else { return header }
        let fragment = Int(octets[3]) << 8 | Int(octets[4])
        return fragment <= longestFragment ? header + fragment : nil
    }
}
