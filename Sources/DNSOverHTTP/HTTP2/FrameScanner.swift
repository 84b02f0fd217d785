/// Follows the frames of a connection from one to the next, to count those of types that libnghttp2 skips
/// without a word.
struct FrameScanner {
    /// Octets until the next frame begins; the client's preface to begin with.
    private var skipped = HTTP2Preface.octets.count
    /// Octets of the frame's header that were seen, and its payload's length so far.
    private var headerOctets = 0
    private var length = 0

    /// RFC 9113 §4.1.
    private static let headerLength = 9
    /// CONTINUATION, the last of the types of RFC 9113 §6.
    private static let lastKnownType: UInt8 = 9

    /// Reads on; how many frames of unknown types began.
    mutating func unknownFrames(_ octets: Span<UInt8>) -> Int {
        var count = 0
        var offset = 0
        while offset < octets.count {
            if skipped > 0 {
                let step = min(skipped, octets.count - offset)
                skipped -= step
                offset += step
                continue
            }
            let octet = octets[offset]
            offset += 1
            headerOctets += 1
            switch headerOctets {
            case 1...3: length = length << 8 | Int(octet)
            case 4: if octet > Self.lastKnownType { count += 1 }
            case Self.headerLength:
                skipped = length
                length = 0
                headerOctets = 0
            default: break
            }
        }
        return count
    }
}
