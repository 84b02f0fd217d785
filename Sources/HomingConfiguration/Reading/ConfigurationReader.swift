import Yams

typealias Place = ConfigurationProblem.Place

/// Goes through a composed document once, collects every problem, and remembers where each value stood, so
/// that the checks between values can name a line too.
struct ConfigurationReader {
    let file: String
    /// Keys that the document had to rename because they stood twice in one mapping (see `YAMLDocument`).
    var renamedKeys: [String: String] = [:]
    private(set) var problems: [ConfigurationProblem] = []
    private var places: [String: Place] = [:]
    /// The keys with a problem, and those around them.
    private var faulty: Set<String> = []

    init(file: String) {
        self.file = file
    }

    mutating func report(_ key: String?, _ message: String, at place: Place?) {
        problems.append(ConfigurationProblem(file: file, place: place, key: key, message: message))
        guard let key else { return }
        faulty.insert(key)
        for index in key.indices where key[index] == "." || key[index] == "[" {
            faulty.insert(String(key[..<index]))
        }
    }

    mutating func report(_ key: String?, _ message: String, at node: Node) {
        report(key, message, at: Place(node))
    }

    mutating func expected(_ expectation: String, _ key: String, found node: Node) {
        report(key, "expected \(expectation), found \(node.summary)", at: node)
    }

    // --- Places ---

    mutating func remember(_ key: String, at node: Node) {
        places[key] = Place(node)
    }

    /// Where the value of a key stands; nil when the file does not give it. Items of lists are `key[0]`.
    func place(of key: String) -> Place? {
        places[key]
    }

    /// Whether the value of a key, or anything within it, was refused.
    func isFaulty(_ key: String) -> Bool {
        faulty.contains(key)
    }
}

// --- Mappings ---

extension ConfigurationReader {
    /// Reads the keys of one mapping into `root`. `path` is the mapping's own key; the whole file's is empty.
    mutating func readMapping<Root>(
        _ node: Node, at path: String, _ settings: [Setting<Root>], into root: inout Root
    ) {
        guard let pairs = pairs(of: node, at: path) else { return }
        for (name, key, value) in pairs {
            let childPath = path.isEmpty ? name : "\(path).\(name)"
            if let setting = settings.first(where: { $0.name == name }) {
                remember(childPath, at: value)
                setting.read(value, childPath, &root, &self)
            } else {
                report(childPath, "unknown key" + Suggestion.text(for: name, among: settings), at: key)
            }
        }
        for setting in settings
        where setting.isRequired && !pairs.contains(where: { $0.name == setting.name }) {
            report(path, "\(setting.name) is missing: it takes \(setting.expectation)", at: node)
        }
    }

    /// The keys and values of a mapping, each key given twice reported; nil, and reported, when `node` is
    /// none. A mapping whose every key is commented out is nothing to YAML, and an empty mapping to us.
    mutating func pairs(of node: Node, at path: String) -> [(name: String, key: Node, value: Node)]? {
        if node.isNothing { return [] }
        guard let mapping = node.mapping else {
            report(path.isEmpty ? nil : path, "expected keys with values, found \(node.summary)", at: node)
            return nil
        }
        var pairs: [(name: String, key: Node, value: Node)] = []
        var lines: [String: Int] = [:]
        for (key, value) in mapping {
            guard var scalar = key.scalar else {
                report(
                    path.isEmpty ? nil : path, "expected plain text as a key, found \(key.summary)", at: key)
                continue
            }
            let name = renamedKeys[scalar.string] ?? scalar.string
            scalar.string = name
            if let line = lines[name] {
                let childPath = path.isEmpty ? name : "\(path).\(name)"
                report(childPath, "given more than once; it stands on line \(line) too", at: key)
            }
            lines[name] = key.mark?.line
            pairs.append((name, .scalar(scalar), value))
        }
        return pairs
    }
}

// --- What a node is ---

extension Place {
    init?(_ node: Node) {
        guard let mark = node.mark else { return nil }
        self.init(line: mark.line, column: mark.column)
    }
}

extension Node {
    /// A key without a value, or YAML's null written out.
    var isNothing: Bool {
        ["", "~", "null", "Null", "NULL"].contains(where: isPlain)
    }

    /// Whether it is this word, without quotes.
    func isPlain(_ word: String) -> Bool {
        guard let scalar, scalar.style == .plain else { return false }
        return scalar.string == word
    }

    /// The node in the words of an error message.
    var summary: String {
        switch self {
        case .scalar(let scalar):
            if isNothing { return "nothing" }
            let text = scalar.string
            return text.count > 60 ? "\"\(text.prefix(57))...\"" : "\"\(text)\""
        case .sequence: return "a list"
        case .mapping: return "keys with values"
        case .alias: return "an alias"
        }
    }
}
