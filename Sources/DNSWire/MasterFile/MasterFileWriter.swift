/// Composes a master file that people can read and that reads back to the same records, octet for octet.
///
/// Owners and names below the origin are relative to it; an owner, TTL or class that the line before or `$TTL` says is
/// left out.
public struct MasterFileWriter: Sendable {
    private static let ownerColumns = 24

    private let origin: DomainName
    private let defaultTTL: UInt32
    private var lastOwner: DomainName?
    private var lastClass = RecordClass.internet

    /// - Parameters:
    ///   - origin: `$ORIGIN`.
    ///   - defaultTTL: `$TTL`, in seconds.
    public init(origin: DomainName, defaultTTL: UInt32) {
        self.origin = origin
        self.defaultTTL = min(defaultTTL, TimeText.maximumTTL)
    }

    /// The lines at the start of the file.
    public var heading: String { "$ORIGIN \(origin)\n$TTL \(defaultTTL)\n" }

    /// The lines of one record; records of one owner stand best together.
    public mutating func line(_ record: Record) -> String {
        var text: [UInt8] = []
        if let lastOwner, lastOwner.isIdentical(to: record.ownerName) {
            text += repeatElement(UInt8(ascii: " "), count: Self.ownerColumns)
        } else {
            record.ownerName.appendText(relativeTo: origin, to: &text)
            text += repeatElement(UInt8(ascii: " "), count: max(1, Self.ownerColumns - text.count))
        }
        if record.ttl != defaultTTL { text += "\(min(record.ttl, TimeText.maximumTTL)) ".utf8 }
        if record.recordClass != lastClass { text += "\(record.recordClass) ".utf8 }
        text += "\(record.type) ".utf8
        if record.type == .soa, let soa = StartOfAuthority(record.rdata), soa.rdata == record.rdata {
            append(soa, to: &text)
        } else {
            record.rdata.appendText(for: record.type, in: record.recordClass, relativeTo: origin, to: &text)
        }
        while text.last == UInt8(ascii: " ") { text.removeLast() }
        text.append(UInt8(ascii: "\n"))
        lastOwner = record.ownerName
        lastClass = record.recordClass
        return String(decoding: text, as: UTF8.self)
    }

    /// The numbers of a SOA record, one a line with its meaning.
    private func append(_ soa: StartOfAuthority, to text: inout [UInt8]) {
        soa.primary.appendText(relativeTo: origin, to: &text)
        text.append(UInt8(ascii: " "))
        soa.mailbox.appendText(relativeTo: origin, to: &text)
        text += " (\n".utf8
        let numbers = [
            (soa.serial, "serial"), (soa.refresh, "refresh"), (soa.retry, "retry"), (soa.expire, "expire"),
            (soa.minimum, "negative TTL"),
        ]
        let indent = [UInt8](repeating: UInt8(ascii: " "), count: Self.ownerColumns + 4)
        for (index, (number, words)) in numbers.enumerated() {
            let digits = Array(String(number).utf8)
            text += indent + digits
            text += repeatElement(UInt8(ascii: " "), count: max(1, 11 - digits.count))
            text += "; \(words)".utf8
            if index < numbers.count - 1 { text.append(UInt8(ascii: "\n")) }
        }
        text += "\n".utf8 + indent.dropLast(4) + ")".utf8
    }

    /// A whole file.
    public static func text(
        of records: some Sequence<Record>, origin: DomainName, defaultTTL: UInt32
    ) -> String {
        var writer = MasterFileWriter(origin: origin, defaultTTL: defaultTTL)
        return records.reduce(into: writer.heading) { $0 += writer.line($1) }
    }
}
