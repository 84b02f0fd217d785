import DNSCrypto
public import DNSWire

/// Files of keys in the syntax of BIND, which nsupdate, certbot and others read:
///
///     key "name" {
///         algorithm hmac-sha256;
///         secret "base64";
///     };
public enum KeyFile {
    /// A file of nothing but keys that is longer is something else.
    public static let maximumLength = 1 << 20

    /// The keys of a file, in their order. Comments are those of BIND: `#`, `//` and `/* */`.
    ///
    /// An algorithm may say how many bits of its MACs are enough, as `hmac-sha256-128` does.
    ///
    /// - Parameter source: the file's name, for errors.
    public static func keys(_ text: [UInt8], source: String? = nil) throws(TextError) -> [TransactionKey] {
        do throws(TextError) {
            guard text.count <= maximumLength else {
                throw TextError(.malformed("a file of keys"), at: TextPlace(line: 1, column: 1))
            }
            var reader = KeyFileReader(text)
            var keys: [TransactionKey] = []
            while let key = try reader.nextKey() { keys.append(key) }
            return keys
        } catch {
            throw TextError(error.code, error.subject, at: error.place, source: source)
        }
    }

    /// One key as a file has it.
    public static func text(_ key: TransactionKey) -> String {
        """
        key "\(nameText(key.name))" {
        \talgorithm \(algorithmText(key));
        \tsecret "\(key.secretText)";
        };

        """
    }

    /// Without the final dot, as everybody writes it.
    private static func nameText(_ name: DomainName) -> String {
        name.isRoot ? "." : String("\(name)".dropLast())
    }

    private static func algorithmText(_ key: TransactionKey) -> String {
        let isWhole = key.minimumMACLength == key.algorithm.length
        return key.algorithm.rawValue + (isWhole ? "" : "-\(key.minimumMACLength * 8)")
    }

    typealias Algorithm = (algorithm: AuthenticationAlgorithm, minimumMACLength: Int?)

    /// The algorithm and the octets of its MACs that are enough, of `hmac-sha256` or `hmac-sha256-128`.
    static func algorithm(_ text: String) -> Algorithm? {
        if let algorithm = AuthenticationAlgorithm(text: text) { return (algorithm, nil) }
        guard let hyphen = text.lastIndex(of: "-"), let bits = Int(text[text.index(after: hyphen)...]),
            let algorithm = AuthenticationAlgorithm(text: text[..<hyphen]), bits % 8 == 0,
            (algorithm.shortestLength...algorithm.length).contains(bits / 8)
        else { return nil }
        return (algorithm, bits / 8)
    }
}

/// Reads keys one by one.
private struct KeyFileReader {
    private var scanner: KeyFileScanner

    init(_ text: [UInt8]) { scanner = KeyFileScanner(text) }

    /// Nil at the end.
    mutating func nextKey() throws(TextError) -> TransactionKey? {
        guard let first = try scanner.next() else { return nil }
        guard first.isWord("key") else { throw first.error("\"key\"") }
        let nameWord = try word("a key's name")
        let name: DomainName
        do throws(DomainName.TextError) {
            name = try DomainName(nameWord.text)
        } catch {
            throw TextError(.badName(error), nameWord.text, at: nameWord.place)
        }
        try punctuation("{")
        let (algorithm, secret) = try statements()
        try punctuation(";")
        guard let algorithm else { throw nameWord.missing("an algorithm") }
        guard let secret else { throw nameWord.missing("a secret") }
        return TransactionKey(
            name, algorithm.algorithm, secret: secret, minimumMACLength: algorithm.minimumMACLength)
    }

    /// What stands between the braces, with the closing one.
    private mutating func statements() throws(TextError) -> (algorithm: KeyFile.Algorithm?, secret: [UInt8]?)
    {
        var algorithm: KeyFile.Algorithm?
        var secret: [UInt8]?
        while true {
            let statement = try token("\"}\"")
            if statement.isPunctuation("}") { return (algorithm, secret) }
            if statement.isWord("algorithm") {
                guard algorithm == nil else { throw statement.repeated }
                let value = try word("an algorithm")
                algorithm = KeyFile.algorithm(value.text)
                guard algorithm != nil else { throw value.error("an algorithm") }
            } else if statement.isWord("secret") {
                guard secret == nil else { throw statement.repeated }
                let value = try word("a secret")
                secret = BinaryText.octets(base64: value.text)
                // What is shown must not be the secret.
                guard secret?.isEmpty == false else {
                    throw TextError(.malformed("a secret in base64"), at: value.place)
                }
            } else {
                throw statement.error("\"algorithm\" or \"secret\"")
            }
            try punctuation(";")
        }
    }

    private mutating func token(_ what: String) throws(TextError) -> KeyFileScanner.Token {
        guard let token = try scanner.next() else { throw TextError(.missing(what), at: scanner.place) }
        return token
    }

    private mutating func word(_ what: String) throws(TextError) -> KeyFileScanner.Token {
        let token = try token(what)
        guard token.kind != .punctuation else { throw token.error(what) }
        return token
    }

    private mutating func punctuation(_ text: String) throws(TextError) {
        let token = try token("\"\(text)\"")
        // The word is not shown, as it may be a piece of a secret.
        guard token.isPunctuation(text) else { throw TextError(.malformed("\"\(text)\""), at: token.place) }
    }
}

/// Cuts text into words, quoted strings and punctuation.
private struct KeyFileScanner {
    struct Token {
        enum Kind { case word, string, punctuation }

        var kind: Kind
        var text: String
        var place: TextPlace

        func isWord(_ word: String) -> Bool { kind == .word && text.lowercased() == word }
        func isPunctuation(_ mark: String) -> Bool { kind == .punctuation && text == mark }
        func error(_ what: String) -> TextError {
            TextError(.malformed(what), String(text.prefix(80)), at: place)
        }
        func missing(_ what: String) -> TextError { TextError(.missing(what), text, at: place) }
        var repeated: TextError { TextError(.repeated, text, at: place) }
    }

    private let text: [UInt8]
    private var index = 0
    private(set) var place = TextPlace(line: 1, column: 1)

    init(_ text: [UInt8]) { self.text = text }

    /// Nil at the end.
    mutating func next() throws(TextError) -> Token? {
        try skipBlanks()
        guard let octet = peek() else { return nil }
        let start = place
        switch octet {
        case UInt8(ascii: "{"), UInt8(ascii: "}"), UInt8(ascii: ";"):
            advance()
            return Token(kind: .punctuation, text: String(decoding: [octet], as: UTF8.self), place: start)
        case UInt8(ascii: "\""):
            return Token(kind: .string, text: try string(), place: start)
        default:
            return Token(kind: .word, text: word(), place: start)
        }
    }

    private func peek(_ ahead: Int = 0) -> UInt8? {
        index + ahead < text.count ? text[index + ahead] : nil
    }

    private mutating func advance() {
        guard let octet = peek() else { return }
        index += 1
        place =
            octet == UInt8(ascii: "\n")
            ? TextPlace(line: place.line + 1, column: 1)
            : TextPlace(line: place.line, column: place.column + 1)
    }

    private mutating func skipBlanks() throws(TextError) {
        while let octet = peek() {
            if Self.isBlank(octet) {
                advance()
            } else if octet == UInt8(ascii: "#") || startsComment(with: UInt8(ascii: "/")) {
                while let octet = peek(), octet != UInt8(ascii: "\n") { advance() }
            } else if startsComment(with: UInt8(ascii: "*")) {
                try skipBlockComment()
            } else {
                return
            }
        }
    }

    private static func isBlank(_ octet: UInt8) -> Bool { octet == 0x20 || (9...13).contains(octet) }

    private func startsComment(with second: UInt8) -> Bool {
        peek() == UInt8(ascii: "/") && peek(1) == second
    }

    private mutating func skipBlockComment() throws(TextError) {
        let start = place
        advance()
        advance()
        while peek() != nil {
            if peek() == UInt8(ascii: "*"), peek(1) == UInt8(ascii: "/") {
                advance()
                advance()
                return
            }
            advance()
        }
        throw TextError(.missing("the comment's end"), at: start)
    }

    private mutating func string() throws(TextError) -> String {
        let start = place
        var octets: [UInt8] = []
        advance()
        while let octet = peek(), octet != UInt8(ascii: "\n") {
            advance()
            if octet == UInt8(ascii: "\"") { return String(decoding: octets, as: UTF8.self) }
            octets.append(octet)
            // An escape is the name's own.
            if octet == UInt8(ascii: "\\"), let escaped = peek(), escaped != UInt8(ascii: "\n") {
                octets.append(escaped)
                advance()
            }
        }
        throw TextError(.unterminatedString, at: start)
    }

    /// No comment begins inside of one: base64 may have two slashes in a row.
    private mutating func word() -> String {
        var octets: [UInt8] = []
        while let octet = peek(), !Self.isBlank(octet), !Self.ends.contains(octet) {
            octets.append(octet)
            advance()
        }
        return String(decoding: octets, as: UTF8.self)
    }

    private static let ends: [UInt8] = Array("{};\"".utf8)
}
