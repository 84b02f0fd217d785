/// One entry of a master file (RFC 1035 §5.1): its words, with comments, line ends and parentheses resolved.
///
/// The words lie one behind the other in one array, their escapes still as written, because what an escape means
/// depends on the field: `\.` in a name is not the same as `.`.
struct Entry {
    /// An RDATA of 65,535 octets takes four times as many when each is written `\DDD`; twice that is generous.
    static let maximumLength = 524_288

    struct Word {
        var range: Range<Int>
        var isQuoted: Bool
        var place: TextPlace
    }

    var octets: [UInt8] = []
    var words: [Word] = []
    /// The owner name was left out: it is the one before.
    var startsWithBlank = false
    /// Where the entry ends, for errors about what is missing.
    var end = TextPlace(line: 1, column: 1)

    mutating func removeAll() {
        octets.removeAll(keepingCapacity: true)
        words.removeAll(keepingCapacity: true)
        startsWithBlank = false
    }

    subscript(word: Word) -> ArraySlice<UInt8> { octets[word.range] }
}

/// Cuts text into entries, reading it piece by piece.
struct EntryScanner {
    private let read: () throws -> [UInt8]?
    private var piece: [UInt8] = []
    private var index = 0
    private var place = TextPlace(line: 1, column: 1)

    /// - Parameter read: the next piece of the text, nil at its end.
    init(read: @escaping () throws -> [UInt8]?) {
        self.read = read
    }

    init(_ text: [UInt8]) {
        piece = text
        read = { nil }
    }

    /// Reads the next entry that has words; false at the end of the text.
    mutating func next(into entry: inout Entry) throws(TextError) -> Bool {
        entry.removeAll()
        var open: [TextPlace] = []
        while let octet = try peek() {
            switch octet {
            case UInt8(ascii: "\n"):
                entry.end = place
                advance(octet)
                guard open.isEmpty else { continue }
                if !entry.words.isEmpty { return true }
                entry.startsWithBlank = false
            case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r"):
                if place.column == 1, entry.words.isEmpty { entry.startsWithBlank = true }
                advance(octet)
            case UInt8(ascii: ";"):
                while let octet = try peek(), octet != UInt8(ascii: "\n") { advance(octet) }
            case UInt8(ascii: "("):
                guard open.count < Entry.maximumLength else { throw TextError(.entryTooLong, at: place) }
                open.append(place)
                advance(octet)
            case UInt8(ascii: ")"):
                guard open.popLast() != nil else { throw TextError(.unbalancedParenthesis, at: place) }
                advance(octet)
            case UInt8(ascii: "\""):
                try scanWord(isQuoted: true, into: &entry)
            default:
                try scanWord(isQuoted: false, into: &entry)
            }
        }
        if let place = open.last { throw TextError(.unbalancedParenthesis, at: place) }
        entry.end = place
        return !entry.words.isEmpty
    }

    private mutating func scanWord(isQuoted: Bool, into entry: inout Entry) throws(TextError) {
        let (start, startPlace) = (entry.octets.count, place)
        if isQuoted {
            try scanString(into: &entry)
        } else {
            try scanPlainWord(into: &entry)
        }
        entry.words.append(.init(range: start..<entry.octets.count, isQuoted: isQuoted, place: startPlace))
        guard entry.octets.count + entry.words.count <= Entry.maximumLength else {
            throw TextError(.entryTooLong, at: startPlace)
        }
    }

    private mutating func scanPlainWord(into entry: inout Entry) throws(TextError) {
        while let octet = try peek() {
            switch octet {
            case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r"), UInt8(ascii: "\n"),
                UInt8(ascii: ";"),
                UInt8(ascii: "("), UInt8(ascii: ")"):
                return
            case UInt8(ascii: "\""):
                // `key="value"` of SVCB is one word (RFC 9460 §2.1).
                guard entry.octets.last == UInt8(ascii: "=") else { throw TextError(.strayQuote, at: place) }
                return try scanString(into: &entry)
            case UInt8(ascii: "\\"):
                try scanEscape(into: &entry)
            default:
                try append(octet, to: &entry)
            }
        }
    }

    private mutating func scanString(into entry: inout Entry) throws(TextError) {
        let start = place
        advance(UInt8(ascii: "\""))
        while let octet = try peek() {
            switch octet {
            case UInt8(ascii: "\""):
                advance(octet)
                return
            case UInt8(ascii: "\n"):
                throw TextError(.unterminatedString, at: start)
            case UInt8(ascii: "\\"):
                try scanEscape(into: &entry)
            default:
                try append(octet, to: &entry)
            }
        }
        throw TextError(.unterminatedString, at: start)
    }

    private mutating func scanEscape(into entry: inout Entry) throws(TextError) {
        let start = place
        try append(UInt8(ascii: "\\"), to: &entry)
        guard let octet = try peek(), octet != UInt8(ascii: "\n") else {
            throw TextError(.badEscape, at: start)
        }
        try append(octet, to: &entry)
    }

    private mutating func append(_ octet: UInt8, to entry: inout Entry) throws(TextError) {
        guard entry.octets.count < Entry.maximumLength else { throw TextError(.entryTooLong, at: place) }
        entry.octets.append(octet)
        advance(octet)
    }

    private mutating func peek() throws(TextError) -> UInt8? {
        while index == piece.count {
            do {
                guard let next = try read() else { return nil }
                piece = next
                index = 0
            } catch {
                throw TextError(.unreadable, "\(error)", at: place)
            }
        }
        return piece[index]
    }

    private mutating func advance(_ octet: UInt8) {
        index += 1
        if octet == UInt8(ascii: "\n") {
            place = TextPlace(line: place.line + 1, column: 1)
        } else {
            place.column += 1
        }
    }
}
