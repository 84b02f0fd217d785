/// Finds messages in a DNS stream: each is preceded by its length in two octets (RFC 1035 §4.2.2, RFC 7766
/// §8).
enum StreamFrame: Equatable {
    /// A whole message at these offsets; the next frame begins where it ends.
    case message(Range<Int>)
    /// The octets so far are the beginning of a frame.
    case incomplete

    /// Octets of the length that precedes each message.
    static let prefix = 2
    /// The longest message that two octets can announce, and that with its prefix.
    static let longestMessage = 65_535
    static let longestFrame = prefix + longestMessage

    /// The frame that begins at `offset` of `bytes`.
    static func next(in bytes: Span<UInt8>, at offset: Int) -> StreamFrame {
        guard offset >= 0, offset <= bytes.count, bytes.count - offset >= prefix else { return .incomplete }
        let length = Int(bytes[offset]) << 8 | Int(bytes[offset + 1])
        let start = offset + prefix
        guard bytes.count - start >= length else { return .incomplete }
        return .message(start..<start + length)
    }
}

/// Octets that came on a stream and could not be used yet: the beginning of a message, or, while the peer
/// does not read its answers, messages whose turn has not come. Empty, and without storage, on a connection
/// at rest.
struct StreamInput {
    private(set) var bytes: [UInt8] = []

    var count: Int { bytes.count }

    /// Whether a whole message is waiting.
    var hasMessage: Bool {
        if case .message = StreamFrame.next(in: bytes.span, at: 0) { true } else { false }
    }

    /// Whether `more` completes the message that has begun here. Nothing kept, or less than a length, counts
    /// as yes.
    func isCompleted(by more: Int) -> Bool {
        guard bytes.count >= StreamFrame.prefix else { return true }
        let length = Int(bytes[0]) << 8 | Int(bytes[1])
        return more >= StreamFrame.prefix + length - bytes.count
    }

    /// Keeps more of a message that has begun. It grows in place: a peer that sends single octets must not
    /// have us copy the whole for each.
    mutating func append(_ more: UnsafeBufferPointer<UInt8>) {
        unsafe bytes.append(contentsOf: more)
    }

    /// Moves everything to the front of `buffer`, which the owner makes large enough; the number of octets.
    mutating func move(to buffer: UnsafeMutableBufferPointer<UInt8>) -> Int {
        guard !bytes.isEmpty else { return 0 }
        let count = min(bytes.count, buffer.count)
        unsafe bytes.withUnsafeBufferPointer { kept in
            unsafe UnsafeMutableRawBufferPointer(buffer).copyMemory(
                from: UnsafeRawBufferPointer(UnsafeBufferPointer(rebasing: kept[..<count])))
        }
        bytes = []
        return count
    }

    mutating func discard() { bytes = [] }

    /// Keeps what could not be used.
    mutating func keep(_ rest: UnsafeBufferPointer<UInt8>) {
        bytes = unsafe rest.isEmpty ? [] : Array(rest)
    }
}

/// Framed messages that wait to be written to a stream.
struct StreamOutput {
    private var bytes: [UInt8] = []
    /// Octets at the front that were written already.
    private var written = 0
    /// Where messages end that wait, counted as `bytes` is.
    private var ends: [Int] = []
    /// Of these, those before are written.
    private var firstEnd = 0

    /// Storage above this many octets is given back once it is empty, so that one large answer does not cost
    /// a connection its size for life.
    static let keptCapacity = 4_096

    /// Octets not written yet.
    var count: Int { bytes.count - written }
    var isEmpty: Bool { count == 0 }

    /// Appends a message with its length in front. False, and nothing is appended, when it is longer than a
    /// frame can be or than `limit` octets waiting allow.
    mutating func append(_ message: Span<UInt8>, limit: Int) -> Bool {
        guard message.count <= StreamFrame.longestMessage, count + StreamFrame.prefix + message.count <= limit
        else {
            return false
        }
        bytes.append(UInt8(truncatingIfNeeded: message.count >> 8))
        bytes.append(UInt8(truncatingIfNeeded: message.count))
        unsafe message.withUnsafeBufferPointer { octets in unsafe bytes.append(contentsOf: octets) }
        ends.append(bytes.count)
        return true
    }

    /// Appends octets as they are, which are no message.
    mutating func append(octets: UnsafeBufferPointer<UInt8>) { unsafe bytes.append(contentsOf: octets) }

    /// What waits, for one write.
    func withUnwritten<Result>(_ body: (UnsafeBufferPointer<UInt8>) -> Result) -> Result {
        unsafe bytes.withUnsafeBufferPointer { all in
            unsafe body(UnsafeBufferPointer(rebasing: all[min(written, all.count)...]))
        }
    }

    /// What waits, one message after the other, the first perhaps in part, until `body` says that it is enough. To
    /// be used where nothing but messages was appended.
    func forEachFrame(_ body: (UnsafeBufferPointer<UInt8>) -> Bool) {
        unsafe bytes.withUnsafeBufferPointer { all in
            var start = written
            for end in ends[firstEnd...] {
                guard unsafe body(UnsafeBufferPointer(rebasing: all[start..<end])) else { return }
                start = end
            }
        }
    }

    /// Notes that the first `count` octets that waited are written.
    mutating func advance(by count: Int) {
        written += max(0, min(count, self.count))
        while firstEnd < ends.count, ends[firstEnd] <= written { firstEnd += 1 }
        guard written == bytes.count else { return }
        written = 0
        firstEnd = 0
        let isSmall = bytes.capacity <= Self.keptCapacity
        bytes.removeAll(keepingCapacity: isSmall)
        ends.removeAll(keepingCapacity: isSmall)
    }
}
