/// Switches, choices, counts and texts.
extension Kind where Value == Bool {
    static let bool = Kind.scalar(
        "yes or no",
        parse: { text throws(ScalarFault) in
            guard let value = booleanWords[text.lowercased()] else { throw .form }
            return value
        },
        text: { $0 ? "yes" : "no" })
}

/// What YAML 1.1 takes for a boolean.
private let booleanWords = ["yes": true, "true": true, "on": true, "no": false, "false": false, "off": false]

extension Kind where Value: RawRepresentable<String> & CaseIterable {
    /// One of the names of an enumeration. Where `on` or `off` is among them, so are its synonyms.
    static var choice: Kind {
        let names = Value.allCases.map(\.rawValue)
        return Kind.scalar(
            names.dropLast().joined(separator: ", ") + " or " + (names.last ?? ""),
            parse: { text throws(ScalarFault) in
                let word = text.lowercased()
                let synonym = booleanWords[word].map { $0 ? "on" : "off" } ?? word
                guard let value = Value(rawValue: word) ?? Value(rawValue: synonym) else { throw .form }
                return value
            },
            text: { $0.rawValue })
    }
}

extension Kind where Value == Int {
    /// A whole number of `unit`, the plural of what is counted.
    static func count(_ range: ClosedRange<Int>, _ unit: String) -> Kind {
        let allowed = "\(range.lowerBound) to \(range.upperBound) \(unit)"
        return Kind.scalar(
            "a whole number, \(allowed)",
            parse: { text throws(ScalarFault) in
                let digits = text.hasPrefix("-") ? text.dropFirst() : text[...]
                guard !digits.isEmpty, digits.utf8.allSatisfy({ (48...57).contains($0) }) else { throw .form }
                guard let value = Int(text), range.contains(value) else {
                    throw .value("\(text) is outside the allowed range, \(allowed)")
                }
                return value
            },
            text: { String($0) })
    }
}

extension Kind where Value == String {
    /// Text for a character-string of the DNS.
    static let characterString = Kind.scalar(
        "text of 1 to 255 octets",
        parse: { text throws(ScalarFault) in
            guard (1...255).contains(text.utf8.count) else {
                throw .value("\(text.utf8.count) octets is outside the allowed range, 1 to 255 octets")
            }
            return text
        },
        text: { $0 })

    /// The path of a file or directory.
    static let path = Kind.scalar(
        "an absolute path",
        parse: { text throws(ScalarFault) in
            guard text.hasPrefix("/"), !text.utf8.contains(0) else { throw .form }
            return text
        },
        text: { $0 })

    /// The path of a URL: what RFC 3986 §3.3 allows in one, without percent-encoding, of which there is no need.
    static let pathOfURL = Kind.scalar(
        "a path of a URL such as /dns-query",
        parse: { text throws(ScalarFault) in
            guard text.hasPrefix("/"), text.consists(ofAlphanumericsAnd: "/-._~!$&'()*+,;=:@") else {
                throw .form
            }
            guard text.utf8.count <= 200 else {
                throw .value("\(text.utf8.count) octets is outside the allowed range, 1 to 200 octets")
            }
            return text
        },
        text: { $0 })

    /// The name of a user or group, in the alphabet that Debian's `adduser` accepts, or its number.
    static func account(_ what: String) -> Kind {
        Kind.scalar(
            "the name of a \(what)",
            parse: { text throws(ScalarFault) in
                guard text.consists(ofAlphanumericsAnd: "_-."), !text.hasPrefix("-"),
                    (1...32).contains(text.utf8.count)
                else { throw .form }
                return text
            },
            text: { $0 })
    }
}

extension Kind where Value == [UInt8] {
    /// A name server identifier: text, or any octets in hexadecimal digits behind `0x`.
    static let nsid = Kind.scalar(
        "text, or hexadecimal octets such as 0x6e7331, of 1 to 128 octets",
        parse: { text throws(ScalarFault) in
            let octets = text.hasPrefix("0x") ? hexadecimal(text.utf8.dropFirst(2)) : Array(text.utf8)
            guard let octets else { throw .form }
            guard (1...128).contains(octets.count) else {
                throw .value("\(octets.count) octets is outside the allowed range, 1 to 128 octets")
            }
            return octets
        },
        text: { octets in
            if octets.allSatisfy({ (0x21...0x7e).contains($0) }), !octets.starts(with: "0x".utf8) {
                return String(decoding: octets, as: UTF8.self)
            }
            return "0x" + octets.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        })
}

private func hexadecimal(_ digits: Substring.UTF8View) -> [UInt8]? {
    let values = digits.compactMap { Character(Unicode.Scalar($0)).hexDigitValue.map(UInt8.init) }
    guard values.count == digits.count, values.count.isMultiple(of: 2) else { return nil }
    return stride(from: 0, to: values.count, by: 2).map { values[$0] << 4 | values[$0 + 1] }
}
