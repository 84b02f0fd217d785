/// Names as people write them (RFC 1035 §5.1): dots between labels, `\.` and `\DDD` escapes.
extension DomainName {
    public enum TextError: Error, Hashable, Sendable {
        case empty
        case emptyLabel
        case labelTooLong
        case nameTooLong
        case badEscape
    }

    /// Reads a name; without a final dot it is relative to `origin`. `@` alone is not special here.
    public init(_ text: String, relativeTo origin: DomainName = .root) throws(TextError) {
        guard !text.isEmpty else { throw .empty }
        if text == "." {
            self = .root
            return
        }
        var wire: [UInt8] = []
        var label: [UInt8] = []
        var isAbsolute = false
        func close() throws(TextError) {
            guard !label.isEmpty else { throw .emptyLabel }
            guard label.count <= Self.maximumLabelLength else { throw .labelTooLong }
            wire.append(UInt8(label.count))
            wire += label
            label.removeAll(keepingCapacity: true)
        }
        let octets = Array(text.utf8)
        var index = 0
        while index < octets.count {
            let octet = octets[index]
            index += 1
            switch octet {
            case UInt8(ascii: "\\"):
                label.append(try Self.escaped(octets, at: &index))
            case UInt8(ascii: "."):
                try close()
                isAbsolute = index == octets.count
            default:
                label.append(octet)
            }
            guard wire.count <= Self.maximumLength else { throw .nameTooLong }
        }
        if isAbsolute {
            wire.append(0)
        } else {
            try close()
            wire += origin.wire
        }
        guard wire.count <= Self.maximumLength else { throw .nameTooLong }
        self.init(unchecked: wire)
    }

    /// The octet that the escape behind a backslash stands for.
    private static func escaped(_ octets: [UInt8], at index: inout Int) throws(TextError) -> UInt8 {
        guard index < octets.count else { throw .badEscape }
        let isDigit = { (octet: UInt8) in (48...57).contains(octet) }
        guard isDigit(octets[index]) else {
            index += 1
            return octets[index - 1]
        }
        guard index + 2 < octets.count, isDigit(octets[index + 1]), isDigit(octets[index + 2]) else { throw .badEscape }
        let value = octets[index...(index + 2)].reduce(0) { $0 * 10 + Int($1 - 48) }
        guard let octet = UInt8(exactly: value) else { throw .badEscape }
        index += 3
        return octet
    }
}

extension DomainName: CustomStringConvertible {
    /// Absolute, with the final dot; what is not a plain printable character is escaped.
    public var description: String {
        if isRoot { return "." }
        var text: [UInt8] = []
        for label in labels {
            for octet in label { Self.append(octet, to: &text) }
            text.append(UInt8(ascii: "."))
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// Characters that mean something in a master file.
    private static let special = Set("\\.\"();@$".utf8)

    private static func append(_ octet: UInt8, to text: inout [UInt8]) {
        if special.contains(octet) {
            text += [UInt8(ascii: "\\"), octet]
        } else if (0x21...0x7e).contains(octet) {
            text.append(octet)
        } else {
            let digits = [octet / 100, octet / 10 % 10, octet % 10].map { $0 + 48 }
            text += [UInt8(ascii: "\\")] + digits
        }
    }
}

extension DomainName: ExpressibleByStringLiteral {
    /// For names written in source code: a programming error, not input, if it is not a name.
    public init(stringLiteral text: String) {
        guard let name = try? DomainName(text) else { preconditionFailure("not a domain name: \(text)") }
        self = name
    }
}
