import Yams

/// One row of the table: a key, the property it sets, what it takes and what it means.
struct Setting<Root: Sendable>: Sendable {
    let name: String
    /// What it takes, as the object of "expected": `a duration such as 500ms, 1.8s, 5m, 2h or 1d, 1s to 5m`.
    let expectation: String
    /// The same for the documentation.
    let brief: String
    /// The meaning in whole sentences, without the default and the range, which are derived.
    let documentation: String
    /// The keys within each of its values, described, where they have any.
    let innerKeys: [String]
    /// What one might write, as the lines of a file; parsed by a test.
    let example: String?
    let isRequired: Bool
    /// The keys within, of a section; otherwise none.
    let children: [Setting<Root>]
    let read: @Sendable (Node, _ path: String, inout Root, inout ConfigurationReader) -> Void
    /// The value that a root has, as YAML.
    let text: @Sendable (Root) -> YAMLText

    init<Value>(
        _ name: String, _ property: any WritableKeyPath<Root, Value> & Sendable, _ kind: Kind<Value>,
        required: Bool = false, example: String? = nil, _ documentation: String
    ) {
        self.name = name
        self.documentation = documentation
        self.example = example
        expectation = kind.expectation
        brief = kind.brief ?? kind.expectation
        innerKeys = kind.innerKeys
        isRequired = required
        children = []
        read = { node, path, root, reader in
            if let value = kind.read(node, path, &reader) { root[keyPath: property] = value }
        }
        text = { kind.text($0[keyPath: property]) }
    }

    /// A key of a part, as one of the whole.
    init<Part>(_ setting: Setting<Part>, within part: any WritableKeyPath<Root, Part> & Sendable) {
        name = setting.name
        expectation = setting.expectation
        brief = setting.brief
        documentation = setting.documentation
        innerKeys = setting.innerKeys
        example = setting.example
        isRequired = setting.isRequired
        children = []
        read = { node, path, root, reader in setting.read(node, path, &root[keyPath: part], &reader) }
        text = { setting.text($0[keyPath: part]) }
    }

    /// A group of keys.
    init(section name: String, _ documentation: String, _ children: [Setting<Root>]) {
        self.name = name
        self.documentation = documentation
        self.children = children
        example = nil
        innerKeys = []
        expectation = "keys with values"
        brief = expectation
        isRequired = false
        read = { node, path, root, reader in reader.readMapping(node, at: path, children, into: &root) }
        text = { root in
            .flow(
                "{" + children.map { "\($0.name): \($0.text(root).inOneLine)" }.joined(separator: ", ") + "}")
        }
    }
}

extension Setting {
    /// Its meaning and what it takes, for people.
    var description: String {
        "\(documentation) Takes \(brief)\(isRequired ? "; must be given" : "")."
    }
}

extension Array {
    /// Each described, with the keys within.
    func described<Root>() -> [String] where Element == Setting<Root> {
        flatMap { setting in
            ["\(setting.name): \(setting.description)"] + setting.innerKeys.map { "\(setting.name).\($0)" }
        }
    }
}

/// A value as it stands behind its key.
enum YAMLText: Sendable {
    /// On the key's own line.
    case flow(String)
    /// Items that may also stand one a line.
    case list([String])

    var inOneLine: String {
        switch self {
        case .flow(let text): text
        case .list(let items): "[" + items.joined(separator: ", ") + "]"
        }
    }

    /// Plain where YAML reads it as the same text, in quotes otherwise.
    static func scalar(_ text: String) -> String {
        let isPlain = text.consists(ofAlphanumericsAnd: "./-_:")
        let isSafe =
            isPlain && !text.isEmpty && !text.hasPrefix(":") && !text.hasPrefix("-") && !text.hasSuffix(":")
        return isSafe && text != "null" && text != "." ? text : quoted(text)
    }

    static func quoted(_ text: String) -> String {
        let escaped = text.unicodeScalars.map { scalar in
            switch scalar {
            case "\\", "\"": "\\\(scalar)"
            case "\0"..<" ", "\u{7f}"..."\u{a0}": "\\x" + String(0x100 + scalar.value, radix: 16).dropFirst()
            default: String(scalar)
            }
        }
        return "\"" + escaped.joined() + "\""
    }
}
