import DNSWire

/// Questions for names that nobody has asked for before: a label of sixteen digits under a suffix, which look random and
/// are never the same twice in a run.
struct UnseenNames: Sendable {
    private let template: [UInt8]
    private let questionLength: Int
    private let salt: UInt64

    /// Hexadecimal, four bits each.
    private static let digits = 16
    /// Behind the header and the label's length.
    private static let labelStart = Header.length + 1

    /// - Parameter salt: another one gives other names, as a second run should have.
    init(under suffix: DomainName, _ options: QueryOptions, salt: UInt64) throws(LoadFailure) {
        let label = Array(repeating: UInt8(ascii: "0"), count: Self.digits)
        guard let name = suffix.prepending(label: label) else { throw .suffixTooLong("\(suffix)") }
        let question = Question(name, .a)
        template = options.query(question)
        questionLength = question.lengthInMessage
        self.salt = salt
    }

    /// Writes the question for name `number` to `buffer`; nil where it has no room.
    func write(
        _ number: UInt64, id: UInt16, to buffer: UnsafeMutableBufferPointer<UInt8>
    ) -> ComposedQuery? {
        guard template.count <= buffer.count, let target = buffer.baseAddress else { return nil }
        unsafe template.withUnsafeBufferPointer { octets in
            guard let source = octets.baseAddress else { return }
            unsafe target.update(from: source, count: octets.count)
        }
        unsafe buffer.put(id: id)
        var word = RandomNumbers.mix(number &+ salt)
        for index in 0..<Self.digits {
            let digit = UInt8(truncatingIfNeeded: word & 15)
            unsafe target[Self.labelStart + index] = digit < 10 ? 0x30 + digit : 0x57 + digit
            word >>= 4
        }
        return unsafe ComposedQuery(count: template.count, questionLength: questionLength, in: buffer)
    }
}
