import DNSWire

/// The part of a file before `CONFIG_END`, as written: clauses of keys and values.
struct ScenarioHeader {
    /// `server:`, `stub-zone:`, ...; what stands before the first of them, and all of Deckard's header, is
    /// in "".
    struct Clause {
        var name: String
        var settings: [Setting]

        func values(of key: String) -> [String] {
            settings.filter { $0.key == key }.map { $0.words.first ?? "" }
        }
    }

    struct Setting {
        var line: Int
        var key: String
        var words: [String]
    }

    var clauses: [Clause] = [Clause(name: "", settings: [])]
    /// Files that the scenario brings along, by name.
    var files: [String: [String]] = [:]

    /// Every setting that is not in a zone's clause, in order.
    var serverSettings: [Setting] {
        clauses.filter { ["", "server", "homing"].contains($0.name) }.flatMap(\.settings)
    }

    func clauses(_ name: String) -> [Clause] { clauses.filter { $0.name == name } }
}

extension ScenarioHeader {
    /// Reads the header's lines. What the keys mean is for `ScenarioSettings` to say.
    init(lines: ArraySlice<Substring>) throws(ScenarioError) {
        var rest = lines
        var number = lines.startIndex
        func take() -> Substring? {
            number = rest.startIndex + 1
            return rest.popFirst()
        }
        while let raw = take() {
            let tokens = try Tokenizer.tokens(of: raw, line: number, quotes: ["\"", "'"])
            guard let first = tokens.first?.text else { continue }
            switch first {
            case "TEMPFILE_CONTENTS", "AUTOTRUST_FILE":
                guard tokens.count == 2 else {
                    throw ScenarioError(line: number, reason: "\(first) takes a name")
                }
                let start = number
                let end = first == "AUTOTRUST_FILE" ? "AUTOTRUST_END" : "TEMPFILE_END"
                var contents: [String] = []
                while true {
                    guard let line = take() else { throw ScenarioError(line: start, reason: "no \(end)") }
                    if line.drop(while: \.isWhitespace).hasPrefix(end) { break }
                    contents.append(String(line))
                }
                files[tokens[1].text] = contents
            case "TEMPFILE_NAME", "COMMANDLINE":
                continue
            default:
                try takeSettings(tokens, number)
            }
        }
    }

    private static let clauseNames: Set = [
        "server", "stub-zone", "forward-zone", "auth-zone", "rpz", "view", "remote-control", "homing",
    ]

    /// One or more of `key: value ...`; a clause may share the line with its first settings.
    private mutating func takeSettings(_ tokens: [Token], _ number: Int) throws(ScenarioError) {
        var isOpen = false
        for token in tokens {
            if let key = Self.key(token) {
                isOpen = !Self.clauseNames.contains(key)
                if isOpen {
                    clauses[clauses.count - 1].settings.append(Setting(line: number, key: key, words: []))
                } else {
                    clauses.append(Clause(name: key, settings: []))
                }
            } else {
                guard isOpen else {
                    throw ScenarioError(line: number, reason: "\(token.text) is not a setting")
                }
                let last = clauses[clauses.count - 1].settings.count - 1
                clauses[clauses.count - 1].settings[last].words.append(token.text)
            }
        }
    }

    /// `name:` is a key; `::1` and `"a:"` are not.
    private static func key(_ token: Token) -> String? {
        guard !token.isQuoted, token.text.last == ":" else { return nil }
        let name = token.text.dropLast()
        let isName =
            !name.isEmpty
            && name.utf8.allSatisfy { (97...122).contains($0) || (48...57).contains($0) || $0 == 45 }
        return isName ? String(name) : nil
    }
}
