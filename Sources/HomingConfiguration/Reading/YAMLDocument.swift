import Yams

/// The octets of a file, made into YAML nodes; what stands in the way of that is said in plain words.
struct YAMLDocument {
    /// Nil for a file without content.
    let root: Node?
    /// See `composed(_:in:)`.
    let renamedKeys: [String: String]

    /// A configuration of this size would hold tens of thousands of hosts.
    static let maximumSize = 1 << 20
    /// Each alias can multiply what a file means: ten thousand of them in a kilobyte are a "billion laughs".
    /// With 16, the growth is at most 3^(16/3), some 350 times.
    static let maximumAliases = 16
    /// A repeated key costs one more composition of the document.
    static let maximumRepeatedKeys = 32

    init(_ octets: [UInt8], file: String) throws(ConfigurationProblems) {
        guard octets.count <= Self.maximumSize else {
            let message = "larger than 1MiB, the limit for a configuration"
            throw ConfigurationProblems([ConfigurationProblem(file: file, message: message)])
        }
        let text = try Self.decoded(octets, file: file)
        let problems = Self.problemsOfLines(text, file: file)
        guard problems.isEmpty else { throw ConfigurationProblems(problems) }
        (root, renamedKeys) = try Self.composed(text, file: file)
    }
}

// --- Before YAML ---

extension YAMLDocument {
    private static func decoded(_ octets: [UInt8], file: String) throws(ConfigurationProblems) -> String {
        let byteOrderMark: [UInt8] = [0xef, 0xbb, 0xbf]
        let octets = octets.starts(with: byteOrderMark) ? octets.dropFirst(3) : octets[...]
        if let text = String(validating: octets, as: UTF8.self) { return text }
        var place = Place(line: 1, column: 1)
        var parser = Unicode.UTF8.ForwardParser()
        var iterator = octets.makeIterator()
        while case .valid(let scalar) = parser.parseScalar(from: &iterator) {
            place =
                Unicode.UTF8.decode(scalar) == "\n"
                ? Place(line: place.line + 1, column: 1) : Place(line: place.line, column: place.column + 1)
        }
        let message = "not UTF-8 text from here on"
        throw ConfigurationProblems([ConfigurationProblem(file: file, place: place, message: message)])
    }

    /// Tabs in indentation, and more aliases than are allowed. An alias begins with an asterisk, so that
    /// counting those outside comments counts at least all aliases.
    private static func problemsOfLines(_ text: String, file: String) -> [ConfigurationProblem] {
        var problems: [ConfigurationProblem] = []
        var asterisks = 0
        for (index, line) in text.utf8.split(separator: 10, omittingEmptySubsequences: false).enumerated() {
            let indentation = line.prefix { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
            let content = line.dropFirst(indentation.count)
            guard let first = content.first, first != UInt8(ascii: "#"), first != UInt8(ascii: "\r") else {
                continue
            }
            if let tab = indentation.firstIndex(of: UInt8(ascii: "\t")) {
                let column = line.distance(from: line.startIndex, to: tab) + 1
                problems.append(
                    ConfigurationProblem(
                        file: file, place: Place(line: index + 1, column: column),
                        message: "a tab in the indentation; YAML is indented with spaces"))
            }
            let before = asterisks
            asterisks += content.count { $0 == UInt8(ascii: "*") }
            if before <= maximumAliases, asterisks > maximumAliases {
                problems.append(
                    ConfigurationProblem(
                        file: file, place: Place(line: index + 1, column: 1),
                        message: "more than \(maximumAliases) aliases (*name) in the file, the limit"))
            }
        }
        return problems
    }
}

// --- Composition ---

extension YAMLDocument {
    /// Yams stops at the first mapping with a repeated key. So that the rest of the file is still read, the
    /// earlier of the two is renamed, in place and at equal length, to private-use characters that no file
    /// has a use for; the reader looks the true name up and reports it.
    private static func composed(
        _ original: String, file: String
    ) throws(ConfigurationProblems) -> (Node?, [String: String]) {
        var text = original
        var renamedKeys: [String: String] = [:]
        while true {
            do {
                return (try Parser(yaml: text, encoding: .utf8).singleRoot(), renamedKeys)
            } catch let YamlError.duplicatedKeysInMapping(keys, context) {
                let place = Place(line: context.mark.line, column: context.mark.column)
                let name = keys.first ?? ""
                let stand = stand(for: name, number: renamedKeys.count)
                guard renamedKeys.count < maximumRepeatedKeys,
                    let renamed = text.replacing(name, with: stand, at: place)
                else {
                    let message = "the key \"\(name)\" is given more than once in one place"
                    throw ConfigurationProblems([
                        ConfigurationProblem(file: file, place: place, message: message)
                    ])
                }
                renamedKeys[stand] = name
                text = renamed
            } catch {
                throw ConfigurationProblems([problem(error, in: text, file: file)])
            }
        }
    }

    private static func stand(for name: String, number: Int) -> String {
        let scalar = Unicode.Scalar(0xe000 + UInt32(number)) ?? "?"
        return String(String.UnicodeScalarView(repeatElement(scalar, count: name.unicodeScalars.count)))
    }

    private static func problem(_ error: any Error, in text: String, file: String) -> ConfigurationProblem {
        switch error as? YamlError {
        case .scanner(let context, let problem, let mark, _), .parser(let context, let problem, let mark, _),
            .composer(let context, let problem, let mark, _):
            let place = Place(line: mark.line, column: mark.column)
            var message = "not YAML: \(problem)"
            if let context, problem.hasPrefix("but ") {
                message = "not YAML: \(context.text) \(problem)"
            } else if let context, context.mark.line != mark.line {
                message += " (\(context.text) that begins on line \(context.mark.line))"
            }
            let line =
                text.split(separator: "\n", omittingEmptySubsequences: false)
                .dropFirst(mark.line - 1).first ?? ""
            if line.contains("::") {
                message += "; an IPv6 address needs quotes, as in \"::1\" or \"[::1]:53\""
            }
            return ConfigurationProblem(file: file, place: place, message: message)
        case .reader(let problem, let offset, _, _):
            let before = text.prefix(offset ?? 0)
            let line = before.count { $0.isNewline } + 1
            let column = before.reversed().prefix { !$0.isNewline }.count + 1
            let place = offset.map { _ in Place(line: line, column: column) }
            return ConfigurationProblem(file: file, place: place, message: "not YAML: \(problem)")
        default:
            return ConfigurationProblem(file: file, message: "not YAML: \(error)")
        }
    }
}

extension String {
    /// Replaces `old`, bare or in quotes, at a place; nil when it does not stand there.
    fileprivate func replacing(_ old: String, with new: String, at place: Place) -> String? {
        guard !old.isEmpty else { return nil }
        let scalars = unicodeScalars
        var index = scalars.startIndex
        for _ in 1..<place.line {
            guard let end = scalars[index...].firstIndex(of: "\n") else { return nil }
            index = scalars.index(after: end)
        }
        guard var start = scalars.index(index, offsetBy: place.column - 1, limitedBy: scalars.endIndex),
            start < scalars.endIndex
        else { return nil }
        if ["\"", "'"].contains(scalars[start]) { start = scalars.index(after: start) }
        guard scalars[start...].starts(with: old.unicodeScalars) else { return nil }
        let end = scalars.index(start, offsetBy: old.unicodeScalars.count)
        return String(scalars[..<start]) + new + String(scalars[end...])
    }
}
