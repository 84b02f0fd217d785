/// What is known of a query that was written to a buffer.
struct ComposedQuery {
    /// Octets of the message.
    let count: Int
    /// Octets of its question, behind the header.
    let questionLength: Int
    /// Of its question (`QuestionMark`).
    let mark: UInt32

    /// Describes the message at the beginning of `buffer`, which has `count` octets.
    @inline(__always)
    init(count: Int, questionLength: Int, in buffer: UnsafeMutableBufferPointer<UInt8>) {
        self.count = count
        self.questionLength = questionLength
        mark = unsafe QuestionMark.of(UnsafeBufferPointer(buffer), questionLength) ?? 0
    }

    @inline(__always)
    init(count: Int, questionLength: Int, mark: UInt32) {
        self.count = count
        self.questionLength = questionLength
        self.mark = mark
    }
}
