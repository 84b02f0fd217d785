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
        try self.init(text: Array(text.utf8)[...], relativeTo: origin)
    }

    init(text: ArraySlice<UInt8>, relativeTo origin: DomainName) throws(TextError) {
        guard !text.isEmpty else { throw .empty }
        if text.count == 1, text.first == UInt8(ascii: ".") {
            self = .root
            return
        }
        var wire: [UInt8] = []
        wire.reserveCapacity(min(text.count, Self.maximumLength) + 2)
        // Each label's length octet is put in front of it when the label is complete.
        var labelStart = 0
        wire.append(0)
        var isAbsolute = false
        var index = text.startIndex
        while index < text.endIndex {
            var octet = text[index]
            if octet == UInt8(ascii: ".") {
                index += 1
                try Self.closeLabel(&wire, from: labelStart)
                labelStart = wire.count
                wire.append(0)
                isAbsolute = index == text.endIndex
                continue
            }
            if octet == UInt8(ascii: "\\") {
                guard let escaped = EscapedText.octet(text, behindBackslash: &index) else { throw .badEscape }
                octet = escaped
            } else {
                index += 1
            }
            wire.append(octet)
            guard wire.count - labelStart <= Self.maximumLabelLength + 1 else { throw .labelTooLong }
            guard wire.count < Self.maximumLength else { throw .nameTooLong }
        }
        if !isAbsolute {
            try Self.closeLabel(&wire, from: labelStart)
            wire += origin.wire
        }
        guard wire.count <= Self.maximumLength else { throw .nameTooLong }
        self.init(unchecked: wire)
    }

    private static func closeLabel(_ wire: inout [UInt8], from start: Int) throws(TextError) {
        let length = wire.count - start - 1
        guard length > 0 else { throw .emptyLabel }
        wire[start] = UInt8(length)
    }
}

extension DomainName: CustomStringConvertible {
    /// Absolute, with the final dot; what is not a plain printable character is escaped.
    public var description: String {
        var text: [UInt8] = []
        appendText(to: &text)
        return String(decoding: text, as: UTF8.self)
    }

    func appendText(to text: inout [UInt8]) {
        if isRoot { text.append(UInt8(ascii: ".")) }
        var offset = 0
        while offset < wire.count, wire[offset] != 0 {
            let end = offset + 1 + Int(wire[offset])
            for index in (offset + 1)..<end { Self.append(wire[index], to: &text) }
            text.append(UInt8(ascii: "."))
            offset = end
        }
    }

    /// Appends the name as it is written under `origin`: `@` for the origin, what stands before it for a name below,
    /// else the absolute name. Where only the case of letters differs the name is absolute, so that none is lost.
    func appendText(relativeTo origin: DomainName, to text: inout [UInt8]) {
        if isIdentical(to: origin) {
            text.append(UInt8(ascii: "@"))
        } else if !origin.isRoot, isProperSubdomain(of: origin),
            wire.suffix(origin.wire.count) == origin.wire[...]
        {
            DomainName(unchecked: wire.dropLast(origin.wire.count) + [0]).appendText(to: &text)
            text.removeLast()
        } else {
            appendText(to: &text)
        }
    }

    private static func append(_ octet: UInt8, to text: inout [UInt8]) {
        switch octet {
        // Characters that mean something in a master file: " $ ( ) . ; @ \
        case 0x22, 0x24, 0x28, 0x29, 0x2e, 0x3b, 0x40, 0x5c:
            text.append(UInt8(ascii: "\\"))
            text.append(octet)
        case 0x21...0x7e:
            text.append(octet)
        default:
            EscapedText.appendDecimal(octet, to: &text)
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
