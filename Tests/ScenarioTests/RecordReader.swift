import DNSWire

/// Reads the question and record lines of an entry.
///
/// Unlike in a master file each line has its owner, and class and TTL may stand in either order.
struct RecordReader {
    var origin: DomainName
    var defaultTTL: UInt32

    /// `owner [class] type`
    func question(_ line: Line) throws(ScenarioError) -> Question {
        var fields = line.tokens[...]
        let owner = try name(&fields, line)
        let (_, recordClass) = try ttlAndClass(&fields, line)
        let type = try type(&fields, line)
        guard fields.isEmpty else { throw ScenarioError(line: line.number, reason: "a question has no data") }
        return Question(owner, type, recordClass)
    }

    /// `owner [ttl] [class] type rdata`
    func record(_ line: Line) throws(ScenarioError) -> Record {
        var fields = line.tokens[...]
        let owner = try name(&fields, line)
        let (ttl, recordClass) = try ttlAndClass(&fields, line)
        let type = try type(&fields, line)
        var reader = RDataReader(fields: fields, origin: origin)
        do {
            return Record(owner, type, recordClass, ttl: ttl, try reader.rdata(of: type))
        } catch {
            throw ScenarioError(line: line.number, reason: "\(type) data: \(error.reason)")
        }
    }

    private func name(_ fields: inout ArraySlice<Token>, _ line: Line) throws(ScenarioError) -> DomainName {
        guard let token = fields.popFirst() else {
            throw ScenarioError(line: line.number, reason: "a name is missing")
        }
        if token.text == "@" { return origin }
        do {
            return try DomainName(token.text, relativeTo: origin)
        } catch {
            throw ScenarioError(line: line.number, reason: "\(token.text) is not a name: \(error)")
        }
    }

    private func ttlAndClass(
        _ fields: inout ArraySlice<Token>, _ line: Line
    ) throws(ScenarioError) -> (UInt32, RecordClass) {
        var ttl: UInt32?
        var recordClass: RecordClass?
        // The last word of a question is its type, even where a class is called the same (ANY).
        while let word = fields.first?.text, fields.count > 1 {
            if ttl == nil, let number = UInt32(word) {
                ttl = number
            } else if recordClass == nil, let known = RecordClass(word) {
                recordClass = known
            } else {
                break
            }
            fields.removeFirst()
        }
        return (ttl ?? defaultTTL, recordClass ?? .internet)
    }

    private func type(_ fields: inout ArraySlice<Token>, _ line: Line) throws(ScenarioError) -> RecordType {
        guard let token = fields.popFirst() else {
            throw ScenarioError(line: line.number, reason: "a type is missing")
        }
        guard let type = RecordType(token.text) else {
            throw ScenarioError(line: line.number, reason: "\(token.text) is not a type")
        }
        return type
    }
}
