import Yams

/// One kind of value: what the file has to hold for it, how that is read, and how a value is written back.
struct Kind<Value: Sendable>: Sendable {
    /// The object of "expected": `yes or no`, `a size such as 64MiB or 1GiB, 1MiB to 1TiB`.
    let expectation: String
    /// The same for a reader who knows how such values are written: `a size, 1MiB to 1TiB`.
    var brief: String?
    /// Nil when the node is not of the kind; why is then in the reader's problems.
    let read: @Sendable (Node, _ path: String, inout ConfigurationReader) -> Value?
    let text: @Sendable (Value) -> YAMLText
    /// The keys within one value, described, where it has any.
    var innerKeys: [String] = []
}

/// Why the text of a scalar is no value of its kind.
enum ScalarFault: Error {
    /// It is something else altogether.
    case form
    /// It is of the kind; what is wrong is said here.
    case value(String)
}

extension Kind {
    /// A kind whose values are one scalar each. `parse` gets the text, and never YAML's null.
    static func scalar(
        _ expectation: String, brief: String? = nil,
        parse: @escaping @Sendable (String) throws(ScalarFault) -> Value,
        text: @escaping @Sendable (Value) -> String
    ) -> Kind {
        Kind(
            expectation: expectation, brief: brief,
            read: { node, path, reader in
                guard let scalar = node.scalar, !node.isNothing else {
                    reader.expected(expectation, path, found: node)
                    return nil
                }
                do throws(ScalarFault) {
                    return try parse(scalar.string)
                } catch {
                    switch error {
                    case .form: reader.expected(expectation, path, found: node)
                    case .value(let message): reader.report(path, message, at: node)
                    }
                    return nil
                }
            },
            text: { .flow(YAMLText.scalar(text($0))) })
    }

    /// The kind of what is made of such values; `check` says what is wrong with one that is of the kind.
    func converted<Other>(
        _ convert: @escaping @Sendable (Value) -> Other, back: @escaping @Sendable (Other) -> Value,
        check: @escaping @Sendable (Other) -> String?
    ) -> Kind<Other> {
        var kind = Kind<Other>(
            expectation: expectation, brief: brief,
            read: { node, path, reader in
                guard let value = read(node, path, &reader).map(convert) else { return nil }
                guard let fault = check(value) else { return value }
                reader.report(path, fault, at: node)
                return nil
            },
            text: { text(back($0)) })
        kind.innerKeys = innerKeys
        return kind
    }

    /// The same for where its keys are described already.
    var undescribed: Kind {
        var kind = self
        kind.innerKeys = []
        return kind
    }

    /// A kind that may also be left unset, by `word`.
    static func optional<Wrapped>(_ kind: Kind<Wrapped>, none word: String = "null") -> Kind
    where Value == Wrapped? {
        Kind(
            expectation: "\(word), or \(kind.expectation)",
            read: { node, path, reader in
                if node.isNothing || node.isPlain(word) { return .some(nil) }
                return kind.read(node, path, &reader).map(Optional.some)
            },
            text: { value in value.map(kind.text) ?? .flow(word) }, innerKeys: kind.innerKeys)
    }
}

extension String {
    /// Whether every octet is a letter or digit of ASCII or one of `others`.
    func consists(ofAlphanumericsAnd others: StaticString) -> Bool {
        let others = others.description.utf8
        return utf8.allSatisfy { octet in
            switch octet {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"):
                true
            default: others.contains(octet)
            }
        }
    }
}
