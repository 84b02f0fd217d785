// RDATA in presentation form: what stands behind the type in a master file.

extension RData {
    /// The presentation form. For types that are opaque, and for content that has no other form that would be read
    /// back as the same octets, it is the `\# length hexadecimal` of RFC 3597 §5.
    public func text(for type: RecordType, in recordClass: RecordClass = .internet) -> String {
        var text: [UInt8] = []
        appendText(for: type, in: recordClass, to: &text)
        return String(decoding: text, as: UTF8.self)
    }

    /// Names below `origin` are written relative to it, where there is one.
    func appendText(
        for type: RecordType, in recordClass: RecordClass, relativeTo origin: DomainName? = nil,
        to text: inout [UInt8]
    ) {
        let start = text.count
        let format = type.rdataFormat(in: recordClass, isEmpty: bytes.isEmpty)
        if !appendFields(of: format, relativeTo: origin, to: &text) {
            text.removeSubrange(start...)
            appendGeneric(to: &text)
        }
    }

    private func appendFields(
        of format: [RDataField]?, relativeTo origin: DomainName?, to text: inout [UInt8]
    ) -> Bool {
        guard let format else { return false }
        let start = text.count
        var position = 0
        for field in format {
            guard let end = field.isName ? nameEnd(from: position) : skip(field, from: position) else {
                return false
            }
            if text.count > start, text.last != UInt8(ascii: " ") { text.append(UInt8(ascii: " ")) }
            if field.isName, let origin {
                let name = DomainName(unchecked: Array(bytes[position..<end]))
                name.appendText(relativeTo: origin, to: &text)
            } else {
                guard field.appendText(of: bytes[position..<end], to: &text) else { return false }
            }
            position = end
        }
        if text.count > start, text.last == UInt8(ascii: " ") { text.removeLast() }
        return position == bytes.count
    }

    private func appendGeneric(to text: inout [UInt8]) {
        text += "\\# \(bytes.count)".utf8
        guard !bytes.isEmpty else { return }
        text.append(UInt8(ascii: " "))
        BinaryText.append(bytes, in: BinaryText.base16, to: &text)
    }

    /// Reads the presentation form, or the generic form of RFC 3597 §5, which is checked against the type as well.
    ///
    /// - Parameter origin: what names without a final dot are relative to.
    public init(text: String, type: RecordType, origin: DomainName = .root) throws(TextError) {
        var scanner = EntryScanner(Array(text.utf8))
        var entry = Entry()
        _ = try scanner.next(into: &entry)
        var reader = EntryReader(entry, origin: origin)
        try self.init(reading: &reader, type: type)
        if try scanner.next(into: &entry), let word = entry.words.first {
            throw TextError(.unexpectedWord, at: word.place)
        }
    }

    /// Reads the words to the end of the entry.
    init(
        reading reader: inout EntryReader, type: RecordType, recordClass: RecordClass = .internet
    ) throws(TextError) {
        if let word = reader.peek, !word.isQuoted, reader.entry[word].elementsEqual("\\#".utf8) {
            reader.skip()
            try self.init(readingGeneric: &reader, marker: word, type: type, recordClass: recordClass)
            return
        }
        guard let format = type.rdataFormat(in: recordClass, isEmpty: false) else {
            _ = try reader.next("\\#")
            throw TextError(.malformed("\\#"), at: reader.entry.words.last?.place ?? reader.entry.end)
        }
        let first = reader.peek
        var bytes: [UInt8] = []
        for field in format { try field.read(from: &reader, into: &bytes) }
        try reader.expectEnd()
        guard bytes.count <= Self.maximumLength else {
            throw TextError(.dataTooLong, at: first?.place ?? reader.entry.end)
        }
        self.init(unchecked: bytes)
    }

    private init(
        readingGeneric reader: inout EntryReader, marker: Entry.Word, type: RecordType,
        recordClass: RecordClass
    ) throws(TextError) {
        let count: UInt16 = try reader.nextNumber("a number of octets")
        var bytes: [UInt8] = []
        if !reader.isAtEnd {
            let (word, text) = try reader.rest("hexadecimal digits")
            guard let octets = BinaryText.octets(text, in: BinaryText.base16) else {
                throw reader.error(.malformed("hexadecimal digits"), word)
            }
            bytes = octets
        }
        guard bytes.count == Int(count) else { throw TextError(.lengthMismatch, at: marker.place) }
        // RFC 3597 §5: a known type's data must be what the type demands, its names not compressed.
        do throws(WireError) {
            let parsed = try RData(
                parsing: bytes.span, at: 0, length: bytes.count, type: type, recordClass: recordClass)
            guard parsed.bytes == bytes else { throw WireError(.badPointer, at: 0) }
        } catch {
            throw TextError(.badRData(error.code), at: marker.place)
        }
        self.init(unchecked: bytes)
    }
}
