/// A place in text: both count from 1, columns in octets.
public struct TextPlace: Hashable, Sendable {
    public var line: Int
    public var column: Int

    public init(line: Int, column: Int) {
        self.line = line
        self.column = column
    }
}

/// Why text is not a record or a master file: a code, the word at fault and where it stands.
public struct TextError: Error, Hashable, Sendable {
    public enum Code: Hashable, Sendable {
        /// `(` without `)`, or the other way round.
        case unbalancedParenthesis
        /// A quote that is still open where the line or the file ends.
        case unterminatedString
        /// A quote in the middle of a word.
        case strayQuote
        /// A backslash before nothing, or before three digits above 255.
        case badEscape
        /// More than `Entry.maximumLength`.
        case entryTooLong
        /// The entry ends where this should stand.
        case missing(String)
        /// The word is not this.
        case malformed(String)
        case badName(DomainName.TextError)
        /// More words than the type has fields.
        case unexpectedWord
        case unknownType
        /// A parameter, a mnemonic or a directive that stands twice.
        case repeated
        /// The RDATA, or a field of it, has more octets than its length field can say.
        case dataTooLong
        /// `\# n` with another number of octets behind it than `n` (RFC 3597 §5).
        case lengthMismatch
        /// The octets behind `\# n` are not what the type demands.
        case badRData(WireError.Code)
        /// No TTL here, none before and no $TTL (RFC 1035 §5.1, RFC 2308 §4).
        case noTTL
        /// A record that starts with a blank, and no owner before it.
        case noOwner
        case unknownDirective
        /// A file that includes itself, directly or not.
        case includeCycle
        case includeTooDeep
        /// $GENERATE would make more than `MasterFileReader.maximumGeneratedRecords`.
        case tooManyGenerated
        /// The file could not be read; the subject says why.
        case unreadable
    }

    public let code: Code
    /// The word at fault, cut to a readable length; empty where there is none.
    public let subject: String
    /// The file's name, where there is one.
    public var source: String?
    public let place: TextPlace

    public init(_ code: Code, _ subject: String = "", at place: TextPlace, source: String? = nil) {
        self.code = code
        self.subject = subject
        self.place = place
        self.source = source
    }
}

extension TextError: CustomStringConvertible {
    public var description: String {
        let start =
            source.map { "\($0):\(place.line):\(place.column)" }
            ?? "line \(place.line), column \(place.column)"
        return "\(start): \(message)"
    }

    /// What is wrong, without the place.
    public var message: String { subject.isEmpty ? reason : "\(reason): \(subject)" }

    private var reason: String {
        switch code {
        case .unbalancedParenthesis: "parenthesis without its counterpart"
        case .unterminatedString: "quoted string without an end"
        case .strayQuote: "quote inside of a word"
        case .badEscape: "impossible escape"
        case .entryTooLong: "entry of more than \(Entry.maximumLength) octets"
        case .missing(let what): "\(what) expected, the entry ends"
        case .malformed(let what): "\(what) expected"
        case .badName(let error): "not a domain name (\(error.words))"
        case .unexpectedWord: "more words than the record type has fields"
        case .unknownType: "unknown record type"
        case .repeated: "given twice"
        case .dataTooLong: "too many octets"
        case .lengthMismatch: "the data has another length than it says"
        case .badRData(let code): "the data does not fit the record type (\(code))"
        case .noTTL: "no TTL, and no $TTL before"
        case .noOwner: "no owner name, and none before"
        case .unknownDirective: "unknown directive"
        case .includeCycle: "a file that includes itself"
        case .includeTooDeep: "files included more than \(MasterFileReader.maximumIncludeDepth) deep"
        case .tooManyGenerated:
            "more than \(MasterFileReader.maximumGeneratedRecords) records from one $GENERATE"
        case .unreadable: "cannot be read"
        }
    }
}

extension DomainName.TextError {
    var words: String {
        switch self {
        case .empty: "empty"
        case .emptyLabel: "empty label"
        case .labelTooLong: "label of more than \(DomainName.maximumLabelLength) octets"
        case .nameTooLong: "more than \(DomainName.maximumLength) octets"
        case .badEscape: "impossible escape"
        }
    }
}
