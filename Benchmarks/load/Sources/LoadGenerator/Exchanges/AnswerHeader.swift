import DNSWire

/// What is looked at in an answer: its header.
struct AnswerHeader {
    let id: UInt16
    let responseCode: Int
    let isTruncated: Bool
    let hasQuestion: Bool

    /// Nil for what is no response.
    @inline(__always)
    init?(_ message: UnsafeBufferPointer<UInt8>) {
        guard message.count >= Header.length else { return nil }
        guard unsafe message[2] & 0x80 != 0 else { return nil }
        id = unsafe UInt16(message[0]) << 8 | UInt16(message[1])
        responseCode = unsafe Int(message[3] & 0xf)
        isTruncated = unsafe message[2] & 0x02 != 0
        hasQuestion = unsafe message[4] | message[5] != 0
    }
}
