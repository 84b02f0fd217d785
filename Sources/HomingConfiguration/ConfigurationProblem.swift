/// One thing wrong with a configuration file, and where.
public struct ConfigurationProblem: Error, Sendable, Hashable {
    /// The file as it was named to us.
    public var file: String
    /// Both from 1, columns counted in Unicode scalars; nil where the file as a whole is meant.
    public var place: Place?
    /// The path of keys to what is wrong, such as `cache.minimum-ttl`; nil where the text is not yet keys.
    public var key: String?
    /// What is wrong, and what would be right.
    public var message: String

    public struct Place: Sendable, Hashable, Comparable {
        public var line: Int
        public var column: Int

        public init(line: Int, column: Int) {
            self.line = line
            self.column = column
        }

        public static func < (a: Place, b: Place) -> Bool {
            (a.line, a.column) < (b.line, b.column)
        }
    }

    public init(file: String, place: Place? = nil, key: String? = nil, message: String) {
        self.file = file
        self.place = place
        self.key = key
        self.message = message
    }
}

extension ConfigurationProblem: CustomStringConvertible {
    /// `file:line:column: key: message`, the form that editors jump to.
    public var description: String {
        let place = place.map { ":\($0.line):\($0.column)" } ?? ""
        let key = key.map { "\($0): " } ?? ""
        return "\(file)\(place): \(key)\(message)"
    }
}

/// All that is wrong with a configuration file, in the order of its lines; at least one problem.
public struct ConfigurationProblems: Error, Sendable, Equatable, CustomStringConvertible {
    public let problems: [ConfigurationProblem]

    /// Problems of the same place, and those of no place, which come first, stay in the order of their
    /// finding.
    init(_ problems: [ConfigurationProblem]) {
        let nowhere = ConfigurationProblem.Place(line: 0, column: 0)
        self.problems = problems.enumerated()
            .sorted { ($0.element.place ?? nowhere, $0.offset) < ($1.element.place ?? nowhere, $1.offset) }
            .map(\.element)
    }

    /// A line for each.
    public var description: String {
        problems.map(\.description).joined(separator: "\n")
    }
}
