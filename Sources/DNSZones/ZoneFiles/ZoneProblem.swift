public import DNSWire

/// Something that is wrong with a zone file, or odd.
public struct ZoneProblem: Sendable, Hashable {
    public enum Severity: String, Sendable, Hashable {
        /// The file is not a zone that could be served.
        case error
        /// The zone can be served, but is surely not what was meant.
        case warning
    }

    public let severity: Severity
    /// What is wrong, with the name that it is about.
    public let message: String
    /// The file's name, where there is one.
    public let source: String?
    /// Nil where it is about the whole file.
    public let place: TextPlace?

    init(_ severity: Severity, _ message: String, at place: TextPlace?, source: String?) {
        self.severity = severity
        self.message = message
        self.source = source
        self.place = place
    }

    init(_ error: TextError) {
        self.init(.error, error.message, at: error.place, source: error.source)
    }
}

extension ZoneProblem: CustomStringConvertible {
    /// `file:line:column: error: message`.
    public var description: String {
        let place = place.map { "\($0.line):\($0.column)" }
        let start = [source, place].compactMap { $0 }.joined(separator: ":")
        return (start.isEmpty ? "" : start + ": ") + "\(severity.rawValue): \(message)"
    }
}
