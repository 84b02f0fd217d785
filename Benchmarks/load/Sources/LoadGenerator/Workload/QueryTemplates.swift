import DNSWire

/// Queries in wire form, composed once, one behind the other. To ask is to copy one and to put an ID into it.
struct QueryTemplates: Sendable {
    private struct Entry {
        let start: Int
        let count: UInt16
        let questionLength: UInt16
        let mark: UInt32
    }

    private var octets: [UInt8] = []
    private var entries: [Entry] = []

    init(_ questions: some Collection<Question>, _ options: QueryOptions) {
        entries.reserveCapacity(questions.count)
        for question in questions {
            let message = options.query(question)
            let length = question.lengthInMessage
            let mark = unsafe message.withUnsafeBufferPointer { unsafe QuestionMark.of($0, length) }
            entries.append(
                Entry(
                    start: octets.count, count: UInt16(clamping: message.count),
                    questionLength: UInt16(clamping: length), mark: mark ?? 0))
            octets += message
        }
    }

    var count: Int { entries.count }

    /// Writes query `index` to `buffer`; nil where it has no room.
    @inline(__always)
    func write(_ index: Int, id: UInt16, to buffer: UnsafeMutableBufferPointer<UInt8>) -> ComposedQuery? {
        let entry = entries[index]
        let count = Int(entry.count)
        guard count <= buffer.count, let target = buffer.baseAddress else { return nil }
        unsafe octets.withUnsafeBufferPointer { octets in
            guard let source = octets.baseAddress else { return }
            unsafe target.update(from: source + entry.start, count: count)
        }
        unsafe buffer.put(id: id)
        return ComposedQuery(
            count: count, questionLength: Int(entry.questionLength), mark: entry.mark)
    }
}

extension UnsafeMutableBufferPointer where Element == UInt8 {
    /// Gives the message at the beginning an ID. The buffer holds a header at least.
    @inline(__always)
    func put(id: UInt16) {
        unsafe self[0] = UInt8(truncatingIfNeeded: id >> 8)
        unsafe self[1] = UInt8(truncatingIfNeeded: id)
    }
}

extension QueryOptions {
    /// The query with ID 0.
    func query(_ question: Question) -> [UInt8] {
        var message = Message(header: Header(id: 0), questions: [question])
        if recursionDesired { message.header.flags.insert(.rd) }
        if usesEDNS || dnssecOK { message.edns = EDNS(dnssecOK: dnssecOK) }
        return message.compose()
    }
}

extension Question {
    /// Octets of name, type and class in a message.
    var lengthInMessage: Int { qname.wire.count + 4 }
}
