extension Record: CustomStringConvertible {
    /// The presentation form on one line: owner, TTL, class, type, data.
    public var description: String {
        var text: [UInt8] = []
        ownerName.appendText(to: &text)
        text += " \(ttl) \(recordClass) \(type) ".utf8
        rdata.appendText(for: type, in: recordClass, to: &text)
        if text.last == UInt8(ascii: " ") { text.removeLast() }
        return String(decoding: text, as: UTF8.self)
    }
}

extension Record {
    /// Reads one record: `owner [ttl] [class] type data`, TTL and class in either order (RFC 1035 §5.1).
    ///
    /// - Parameters:
    ///   - origin: what names without a final dot are relative to.
    ///   - defaultTTL: the TTL of a record that says none; without it such a record is an error.
    public init(text: String, origin: DomainName = .root, defaultTTL: UInt32? = nil) throws(TextError) {
        var scanner = EntryScanner(Array(text.utf8))
        var entry = Entry()
        _ = try scanner.next(into: &entry)
        entry.startsWithBlank = false
        var context = RecordContext(origin: origin, defaultTTL: defaultTTL)
        self = try context.record(entry)
        if try scanner.next(into: &entry), let word = entry.words.first {
            throw TextError(.unexpectedWord, at: word.place)
        }
    }
}

/// What a record takes from the lines before it when it does not say it itself (RFC 1035 §5.1, RFC 2308 §4).
struct RecordContext {
    var origin: DomainName
    /// Of `$TTL`.
    var defaultTTL: UInt32?
    var lastOwner: DomainName?
    var lastTTL: UInt32?
    var lastClass: RecordClass = .internet

    init(origin: DomainName, defaultTTL: UInt32? = nil) {
        self.origin = origin
        self.defaultTTL = defaultTTL
    }

    /// The record of an entry that is not a directive.
    mutating func record(_ entry: Entry) throws(TextError) -> Record {
        var reader = EntryReader(entry, origin: origin)
        let owner = try self.owner(entry, &reader)
        // Also where the rest of the record is wrong: the next may leave its owner out.
        lastOwner = owner
        var ttl: UInt32?
        var recordClass: RecordClass?
        while let word = reader.peek, !word.isQuoted {
            if ttl == nil, let first = entry[word].first, first &- 48 < 10 {
                ttl = try Self.ttl(&reader)
            } else if recordClass == nil, let given = RecordClass(octets: entry[word]) {
                recordClass = given
                reader.skip()
            } else {
                break
            }
        }
        let word = try reader.next("a record type")
        guard let type = RecordType(octets: entry[word]) else { throw reader.error(.unknownType, word) }
        let rdata = try RData(reading: &reader, type: type, recordClass: recordClass ?? lastClass)
        let inherited = defaultTTL ?? lastTTL ?? (type == .soa ? StartOfAuthority(rdata)?.minimum : nil)
        guard let actualTTL = ttl ?? inherited else { throw TextError(.noTTL, at: word.place) }
        lastTTL = actualTTL
        lastClass = recordClass ?? lastClass
        return Record(owner, type, lastClass, ttl: min(actualTTL, TimeText.maximumTTL), rdata)
    }

    private mutating func owner(
        _ entry: Entry, _ reader: inout EntryReader
    ) throws(TextError) -> DomainName {
        guard entry.startsWithBlank else {
            lastOwner = nil
            return try reader.nextName("an owner name")
        }
        guard let lastOwner else { throw TextError(.noOwner, at: entry.words.first?.place ?? entry.end) }
        return lastOwner
    }

    static func ttl(_ reader: inout EntryReader) throws(TextError) -> UInt32 {
        try reader.next("a TTL up to \(TimeText.maximumTTL) seconds") { text in
            TimeText.seconds(text).flatMap { $0 <= TimeText.maximumTTL ? $0 : nil }
        }
    }
}
