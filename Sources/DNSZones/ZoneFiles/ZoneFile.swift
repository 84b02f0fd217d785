public import DNSWire

/// Zones as master files (RFC 1035 §5): read and checked as `named-checkzone` would, and written.
public enum ZoneFile {
    /// In a message of 65,535 octets, 4,091 addresses have room.
    public static let maximumRecordsOfRRset = 4_096
    /// Of an RRset in a message, its owner name compressed: so that there is room for a question, OPT and TSIG beside it.
    public static let maximumOctetsOfRRset = 64_000
    /// Five times what a zone is built to hold; a file without an end must not fill the memory.
    public static let maximumRecords = 5_000_000
    /// Errors that are told, and as many warnings. Who has more has seen enough.
    public static let maximumProblems = 1_000

    /// Reads a zone, and goes on as far as it makes sense, so that all that is wrong is known at once.
    ///
    /// - Parameters:
    ///   - apex: the origin of names without a final dot, until `$ORIGIN` says otherwise. Records outside of it are left out.
    ///   - loader: gives the files that `$INCLUDE` names; without it, `$INCLUDE` is an error.
    ///   - limit: records that are read.
    /// - Returns: The records that could be read, and the problems in the order of the file, those that are seen only at its
    ///   end last. With an error among them the tree is not fit to be served.
    public static func load(
        source: MasterFileSource, apex: DomainName, loader: MasterFileReader.Loader? = nil,
        limit: Int = ZoneFile.maximumRecords
    ) -> (tree: ZoneTree, problems: [ZoneProblem]) {
        var reading = ZoneFileReading(apex: apex, name: source.name)
        var reader = MasterFileReader(source, origin: apex, loader: loader)
        reader.goesOnAfterErrors = true
        while true {
            do throws(TextError) {
                guard let record = try reader.next() else { break }
                reading.take(record, at: reader.place, in: reader.sourceName)
            } catch {
                reading.note(ZoneProblem(error))
            }
            guard reading.recordCount <= limit, reading.errorCount <= maximumProblems else {
                reading.giveUp(limit: limit)
                break
            }
        }
        return reading.finish()
    }

    /// The whole zone as a master file.
    public static func text(of version: ZoneVersion) -> String {
        var pieces = pieces(of: version)
        var text = ""
        while let piece = pieces.next() { text += piece }
        return text
    }

    /// The same piece by piece, so that no large zone need be held as text.
    public static func pieces(of version: ZoneVersion) -> ZoneFilePieces { ZoneFilePieces(version) }
}

/// A zone as a master file, some tens of thousands of octets at a time.
public struct ZoneFilePieces: Sequence, IteratorProtocol, Sendable {
    /// Octets from which on a piece is given.
    private static let pieceLength = 65_536

    private var cursor: ZoneTree.Cursor
    private var writer: MasterFileWriter
    /// The heading and the SOA record, which comes first whatever its type number is.
    private var head: String?

    fileprivate init(_ version: ZoneVersion) {
        cursor = version.tree.cursor
        writer = MasterFileWriter(origin: version.apex, defaultTTL: version.soaTTL)
        let heading = writer.heading
        head = heading + writer.line(version.soaRecord)
    }

    /// Nil behind the last.
    public mutating func next() -> String? {
        var piece = head ?? ""
        head = nil
        while piece.utf8.count < Self.pieceLength, let rrset = cursor.next() {
            guard rrset.type != .soa else { continue }
            for record in rrset.records { piece += writer.line(record) }
        }
        return piece.isEmpty ? nil : piece
    }
}
