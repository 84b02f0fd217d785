/// Why a run could not be made, or came to an early end.
public enum LoadFailure: Error, Hashable, Sendable {
    case unreadable(path: String, reason: String)
    case badLine(path: String, line: Int, reason: String)
    case noQuestions
    /// A name that random labels would make too long.
    case suffixTooLong(String)
    case tooFewDescriptors(needed: Int, allowed: Int)
    case noSocket(String)
    /// Nothing answers at all.
    case nobodyListens(String)
    case noConnection(String)
    case noTLS
}

extension LoadFailure: CustomStringConvertible {
    public var description: String {
        switch self {
        case .unreadable(let path, let reason): "\(path) cannot be read: \(reason)"
        case .badLine(let path, let line, let reason): "\(path), line \(line): \(reason)"
        case .noQuestions: "There is nothing to ask."
        case .suffixTooLong(let suffix): "\(suffix) is so long that no label of ours fits in front of it."
        case .tooFewDescriptors(let needed, let allowed):
            "\(needed) connections need more open files than the \(allowed) that this process may have (ulimit -n)."
        case .noSocket(let reason): "No socket could be made: \(reason)"
        case .nobodyListens(let server): "Nothing listens on \(server)."
        case .noConnection(let reason): "No connection could be made: \(reason)"
        case .noTLS: "libssl could not be set up."
        }
    }
}
