import DNSWire
import DNSZones

/// What a stream says, read as simply as possible: all messages at once, into sets of records.
enum TransferModel {
    struct Line: Hashable {
        let owner: DomainName
        let type: RecordType
        let data: [UInt8]

        init(_ record: Record) {
            owner = record.ownerName
            type = record.type
            data = record.rdata.canonical(for: record.type)
        }
    }

    static func lines(_ tree: ZoneTree) -> Set<Line> {
        var lines: Set<Line> = []
        var cursor = tree.cursor
        while let rrset = cursor.next() { for record in rrset.records { lines.insert(Line(record)) } }
        return lines
    }

    /// Up to where the stream first ends well; nil where it never does.
    static func result(_ messages: [[UInt8]], of apex: DomainName, held: ZoneVersion?) -> Set<Line>? {
        var records: [Record] = []
        for message in messages {
            guard let message = try? Message(parsing: message.span) else { break }
            records += message.answers
        }
        guard let first = records.first, records.count > 1, first.type == .soa else { return nil }
        records = records.filter { $0.ownerName.isSubdomain(of: apex) }
        let isSOA = { (record: Record) in record.type == .soa }
        guard let held, isSOA(records[1]), Line(records[1]) != Line(first) else {
            guard let end = records[1...].firstIndex(where: isSOA), Line(records[end]) == Line(first)
            else { return nil }
            return Set(records[..<end].map(Line.init))
        }
        var lines = lines(held.tree)
        var index = 1
        repeat {
            for step in [false, true] {
                if step { lines.insert(Line(records[index])) } else { lines.remove(Line(records[index])) }
                index += 1
                while index < records.count, !isSOA(records[index]) {
                    if step {
                        lines.insert(Line(records[index]))
                    } else {
                        lines.remove(Line(records[index]))
                    }
                    index += 1
                }
                guard index < records.count else { return nil }
            }
        } while Line(records[index]) != Line(first)
        return lines
    }
}
