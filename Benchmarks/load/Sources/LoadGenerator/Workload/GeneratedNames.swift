public import DNSWire

/// Questions for `host0`, `host1` and so on under a suffix.
public enum GeneratedNames {
    /// - Parameter count: how many, up to `LoadLimits.questions`.
    public static func questions(
        count: Int, suffix: DomainName, type: RecordType
    ) throws(LoadFailure) -> [Question] {
        var questions: [Question] = []
        questions.reserveCapacity(count)
        for number in 0..<min(count, LoadLimits.questions) {
            guard let name = suffix.prepending(label: Array("host\(number)".utf8)) else {
                throw .suffixTooLong("\(suffix)")
            }
            questions.append(Question(name, type))
        }
        return questions
    }
}
