/// Why a server of DNS over HTTPS gave no answer.
public enum DoHFault: Error, Sendable, Hashable {
    /// A status other than 200.
    case status(UInt16)
    /// The content is something else than a DNS message (RFC 8484 §6).
    case contentType
    /// The message is longer, or shorter, than DNS messages are.
    case length
    /// The stream was reset with this error code (RFC 9113 §7), or the server is about to go.
    case reset(UInt32)
    /// The connection cannot be used any more: what the server sends is no HTTP/2, or is past all bounds.
    case broken
}

extension DoHFault: CustomStringConvertible {
    /// What to say after "server: ".
    public var description: String {
        switch self {
        case .status(let status): "it answered with the HTTP status \(status)"
        case .contentType: "its HTTP response is no DNS message"
        case .length: "its HTTP response has the length of no DNS message"
        case .reset(let code): "it reset the HTTP/2 stream (error \(code))"
        case .broken: "what it sends is no proper HTTP/2"
        }
    }
}
