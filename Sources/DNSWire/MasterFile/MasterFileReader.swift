/// The text of a master file, handed over piece by piece so that no file need be held as a whole.
public struct MasterFileSource {
    /// What errors call it, and how a file that includes itself is recognised: the path as the loader resolved it.
    public let name: String
    let read: () throws -> [UInt8]?

    /// - Parameter read: the next piece of any size, nil at the end.
    public init(name: String, read: @escaping () throws -> [UInt8]?) {
        self.name = name
        self.read = read
    }

    public init(name: String, text: String) {
        var rest: [UInt8]? = Array(text.utf8)
        self.init(name: name) {
            defer { rest = nil }
            return rest
        }
    }
}

/// Reads a master file (RFC 1035 §5) record by record: `$ORIGIN`, `$INCLUDE`, `$TTL` (RFC 2308 §4) and BIND's
/// `$GENERATE`, with TTL and class in either order, left out where a line before said them.
///
///     var reader = MasterFileReader(source, origin: "example.com.")
///     while let record = try reader.next() { ... }
///
/// It reads no file itself: what `$INCLUDE` names comes from the loader. An error ends the reading, unless one wants to know of
/// more (`goesOnAfterErrors`).
public struct MasterFileReader {
    /// More is surely a mistake, and each level holds a file open.
    public static let maximumIncludeDepth = 16
    /// Of one `$GENERATE`: the addresses of an IPv4 /16.
    public static let maximumGeneratedRecords = 65_536

    /// Gives the file that `$INCLUDE path` means in the file called `includer`.
    public typealias Loader = (_ path: String, _ includer: String) throws -> MasterFileSource

    private struct File {
        let name: String
        var scanner: EntryScanner
        /// What holds again behind the `$INCLUDE` (RFC 1035 §5.1): the includer's origin and owner.
        let origin: DomainName
        let owner: DomainName?
    }

    private var files: [File]
    private var context: RecordContext
    private var entry = Entry()
    private var generator: RecordGenerator?
    private let loader: Loader?
    /// Whether `next()` may be called again after an error in a record, which gives the one behind it. Errors of directives and
    /// of the text itself, such as a quote without an end, leave nothing that could be relied on, and end the reading anyway.
    public var goesOnAfterErrors = false
    /// Whether what comes next can be told though what was just read is wrong.
    private var isRecordAtFault = false

    /// - Parameters:
    ///   - origin: what names without a final dot are relative to, until `$ORIGIN` says otherwise.
    ///   - defaultTTL: as if `$TTL` had said it.
    ///   - loader: without it, `$INCLUDE` is an error.
    public init(
        _ source: MasterFileSource, origin: DomainName, defaultTTL: UInt32? = nil, loader: Loader? = nil
    ) {
        context = RecordContext(origin: origin, defaultTTL: defaultTTL)
        files = [
            File(name: source.name, scanner: EntryScanner(read: source.read), origin: origin, owner: nil)
        ]
        self.loader = loader
    }

    public init(text: String, origin: DomainName, defaultTTL: UInt32? = nil, name: String = "text") {
        self.init(MasterFileSource(name: name, text: text), origin: origin, defaultTTL: defaultTTL)
    }

    /// Where the entry of the last record starts, for errors of those who read the record.
    public var place: TextPlace { entry.words.first?.place ?? entry.end }

    /// The file that the last record stands in.
    public var sourceName: String? { files.last?.name }

    /// The origin in force.
    public var origin: DomainName { context.origin }

    /// The next record; nil at the end of the file.
    public mutating func next() throws(TextError) -> Record? {
        do throws(TextError) {
            while true {
                if let record = try nextGenerated() { return record }
                guard let record = try nextEntry() else { return nil }
                if case .record(let record) = record { return record }
            }
        } catch {
            var error = error
            error.source = error.source ?? files.last?.name
            if !goesOnAfterErrors || !isRecordAtFault { files = [] }
            generator = nil
            throw error
        }
    }

    /// Hands every record to `body`.
    public mutating func forEach(_ body: (Record) throws(TextError) -> Void) throws(TextError) {
        while let record = try next() { try body(record) }
    }

    private enum Item {
        case record(Record)
        case directive
    }

    /// Nil at the end of the outermost file.
    private mutating func nextEntry() throws(TextError) -> Item? {
        isRecordAtFault = false
        while let last = files.indices.last {
            if try files[last].scanner.next(into: &entry) {
                if !entry.startsWithBlank, let word = entry.words.first, !word.isQuoted,
                    entry[word].first == UInt8(ascii: "$")
                {
                    try obey(word)
                    return .directive
                }
                isRecordAtFault = true
                return .record(try context.record(entry))
            }
            let file = files.removeLast()
            context.origin = file.origin
            context.lastOwner = file.owner
        }
        return nil
    }

    private mutating func nextGenerated() throws(TextError) -> Record? {
        guard generator != nil else { return nil }
        isRecordAtFault = true
        let owner = context.lastOwner
        let record = try generator?.next(in: &context)
        // What a directive makes is not the line before.
        context.lastOwner = owner
        if record == nil { generator = nil }
        return record
    }
}

// --- Directives ---

extension MasterFileReader {
    private mutating func obey(_ word: Entry.Word) throws(TextError) {
        var reader = EntryReader(entry, from: 1, origin: context.origin)
        switch String(decoding: entry[word].map(lowercased), as: UTF8.self) {
        case "$origin":
            let origin = try reader.nextName()
            try reader.expectEnd()
            context.origin = origin
        case "$ttl":
            let ttl = try RecordContext.ttl(&reader)
            try reader.expectEnd()
            context.defaultTTL = ttl
        case "$include":
            try include(&reader)
        case "$generate":
            generator = try RecordGenerator(&reader, at: word.place)
        default:
            throw reader.error(.unknownDirective, word)
        }
    }

    /// `$INCLUDE file [origin]`.
    private mutating func include(_ reader: inout EntryReader) throws(TextError) {
        let word = try reader.next("a file name")
        let path = String(decoding: try reader.string(word), as: UTF8.self)
        let origin = reader.isAtEnd ? context.origin : try reader.nextName()
        try reader.expectEnd()
        guard files.count < Self.maximumIncludeDepth else { throw reader.error(.includeTooDeep, word) }
        guard let loader else {
            throw TextError(.unreadable, "\(path): nothing may be included here", at: word.place)
        }
        let source: MasterFileSource
        do {
            source = try loader(path, files.last?.name ?? "")
        } catch {
            throw TextError(.unreadable, "\(path): \(error)", at: word.place)
        }
        guard !files.contains(where: { $0.name == source.name }) else {
            throw reader.error(.includeCycle, word)
        }
        files.append(
            File(
                name: source.name, scanner: EntryScanner(read: source.read), origin: context.origin,
                owner: context.lastOwner))
        context.origin = origin
    }
}
