/// Takes the words of an entry one by one and says precisely what is wrong with them.
struct EntryReader {
    let entry: Entry
    let origin: DomainName
    private(set) var index: Int

    init(_ entry: Entry, from index: Int = 0, origin: DomainName) {
        self.entry = entry
        self.index = index
        self.origin = origin
    }

    var isAtEnd: Bool { index == entry.words.count }

    var peek: Entry.Word? { index < entry.words.count ? entry.words[index] : nil }

    mutating func skip() { index = min(index + 1, entry.words.count) }

    /// The next word; `what` says what it should be.
    mutating func next(_ what: String) throws(TextError) -> Entry.Word {
        guard let word = peek else { throw TextError(.missing(what), at: entry.end) }
        index += 1
        return word
    }

    func expectEnd() throws(TextError) {
        if let word = peek { throw error(.unexpectedWord, word) }
    }

    func error(_ code: TextError.Code, _ word: Entry.Word) -> TextError {
        let shown = entry[word].prefix(80)
        let text = shown.map { (0x20...0x7e).contains($0) ? Character(Unicode.Scalar($0)) : "?" }
        return TextError(code, String(text) + (shown.count < word.range.count ? "..." : ""), at: word.place)
    }

    // --- Fields that are one word ---

    /// A word read by `convert`, which gives nil for what it cannot read.
    mutating func next<Value>(
        _ what: String, _ convert: (ArraySlice<UInt8>) -> Value?
    ) throws(TextError) -> Value {
        let word = try next(what)
        guard let value = convert(entry[word]) else { throw error(.malformed(what), word) }
        return value
    }

    mutating func nextNumber<Number: FixedWidthInteger>(_ what: String) throws(TextError) -> Number {
        try next(what) { DecimalText.number($0) }
    }

    /// A name; relative to the origin without a final dot, and `@` for the origin itself.
    mutating func nextName(_ what: String = "a domain name") throws(TextError) -> DomainName {
        try name(try next(what))
    }

    func name(_ word: Entry.Word) throws(TextError) -> DomainName {
        let octets = entry[word]
        if octets.count == 1, octets.first == UInt8(ascii: "@"), !word.isQuoted { return origin }
        do throws(DomainName.TextError) {
            return try DomainName(text: octets, relativeTo: origin)
        } catch {
            throw self.error(.badName(error), word)
        }
    }

    /// The octets of a character-string, its escapes resolved.
    mutating func nextString(_ what: String = "a character-string") throws(TextError) -> [UInt8] {
        let word = try next(what)
        return try string(word)
    }

    func string(_ word: Entry.Word) throws(TextError) -> [UInt8] {
        guard let octets = EscapedText.octets(entry[word]) else { throw error(.badEscape, word) }
        return octets
    }

    /// All words to the end as one, as hexadecimal and base64 data may be broken anywhere.
    mutating func rest(_ what: String) throws(TextError) -> (Entry.Word, ArraySlice<UInt8>) {
        let first = try next(what)
        var last = first
        while let word = peek {
            last = word
            index += 1
        }
        // Words lie one behind the other.
        return (first, entry.octets[first.range.lowerBound..<last.range.upperBound])
    }
}

/// Plain decimal numbers.
enum DecimalText {
    /// Digits alone: no sign, no blank; nil where the number does not fit.
    static func number<Number: FixedWidthInteger>(_ text: some Collection<UInt8>) -> Number? {
        var number: Number = 0
        for octet in text {
            guard let digit = Number(exactly: octet &- 48), octet &- 48 < 10 else { return nil }
            let (product, tooBig) = number.multipliedReportingOverflow(by: 10)
            let (sum, overflow) = product.addingReportingOverflow(digit)
            guard !tooBig, !overflow else { return nil }
            number = sum
        }
        return text.isEmpty ? nil : number
    }
}

/// The escapes of master files (RFC 1035 §5.1): `\X` for a character that means something, `\DDD` for any octet.
enum EscapedText {
    /// The octet behind the backslash at `index`, which moves behind the escape; nil where there is none.
    static func octet(_ text: ArraySlice<UInt8>, behindBackslash index: inout Int) -> UInt8? {
        index += 1
        guard index < text.endIndex else { return nil }
        let first = text[index]
        guard first &- 48 < 10 else {
            index += 1
            return first
        }
        guard index + 2 < text.endIndex, let octet: UInt8 = DecimalText.number(text[index...(index + 2)])
        else {
            return nil
        }
        index += 3
        return octet
    }

    static func octets(_ text: ArraySlice<UInt8>) -> [UInt8]? {
        var result: [UInt8] = []
        result.reserveCapacity(text.count)
        var index = text.startIndex
        while index < text.endIndex {
            if text[index] == UInt8(ascii: "\\") {
                guard let octet = octet(text, behindBackslash: &index) else { return nil }
                result.append(octet)
            } else {
                result.append(text[index])
                index += 1
            }
        }
        return result
    }

    /// Appends `\DDD`.
    static func appendDecimal(_ octet: UInt8, to text: inout [UInt8]) {
        text.append(UInt8(ascii: "\\"))
        text.append(octet / 100 + 48)
        text.append(octet / 10 % 10 + 48)
        text.append(octet % 10 + 48)
    }

    /// Appends a quoted character-string.
    static func appendQuoted(_ octets: some Sequence<UInt8>, to text: inout [UInt8]) {
        text.append(UInt8(ascii: "\""))
        for octet in octets {
            switch octet {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"):
                text.append(UInt8(ascii: "\\"))
                text.append(octet)
            case 0x20...0x7e:
                text.append(octet)
            default:
                appendDecimal(octet, to: &text)
            }
        }
        text.append(UInt8(ascii: "\""))
    }
}
