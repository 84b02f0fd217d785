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
        return Record(owner, type, recordClass, ttl: ttl, try rdata(of: type, fields, line))
    }

    /// DNSWire's reading of the type, except that `\# length hex` is taken as it stands: scenarios also send
    /// RDATA that does not fit its type.
    private func rdata(
        of type: RecordType, _ fields: ArraySlice<Token>, _ line: Line
    ) throws(ScenarioError) -> RData {
        if fields.first?.written == "\\#" {
            let data = octets(hexadecimal: fields.dropFirst(2).map(\.text).joined())
            guard let data, fields.dropFirst().first?.text == "\(data.count)" else {
                throw ScenarioError(line: line.number, reason: "the octets after \\# are not as many as said")
            }
            return RData(unchecked: data)
        }
        let text = fields.map(\.written).joined(separator: " ")
        do {
            return try RData(text: text, type: type, origin: origin)
        } catch {
            throw ScenarioError(line: line.number, reason: "\(type) data: \(error)")
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
