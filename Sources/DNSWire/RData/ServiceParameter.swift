/// The parameters of SVCB and HTTPS (RFC 9460 §2.2).
///
///     +--+--+--+--+--+--+--+--+--+--+--+--+--+--+--+--+
///     |                  SvcParamKey                  |
///     +--+--+--+--+--+--+--+--+--+--+--+--+--+--+--+--+
///     |                     length                    |
///     +--+--+--+--+--+--+--+--+--+--+--+--+--+--+--+--+
///     /                 SvcParamValue                 /
///     +--+--+--+--+--+--+--+--+--+--+--+--+--+--+--+--+
public enum ServiceParameter {
    /// Keys must rise strictly.
    static func check(_ message: Span<UInt8>, _ range: Range<Int>) throws(WireError) {
        var position = range.lowerBound
        var last = -1
        while position < range.upperBound {
            guard range.upperBound - position >= 4 else { throw WireError(.badRData, at: position) }
            let key = Int(try message.uint16(at: position))
            let next = position + 4 + Int(try message.uint16(at: position + 2))
            guard key > last, next <= range.upperBound else { throw WireError(.badRData, at: position) }
            last = key
            position = next
        }
    }

    /// IANA "Service Parameter Keys (SvcParamKeys)"; their values are written each in its own way.
    enum Key: UInt16, CaseIterable {
        case mandatory = 0
        case alpn = 1
        case noDefaultALPN = 2
        case port = 3
        case ipv4hint = 4
        case ech = 5
        case ipv6hint = 6
        /// RFC 9461 §5.
        case dohpath = 7
        /// RFC 9540 §4.
        case ohttp = 8

        var text: String {
            switch self {
            case .mandatory: "mandatory"
            case .alpn: "alpn"
            case .noDefaultALPN: "no-default-alpn"
            case .port: "port"
            case .ipv4hint: "ipv4hint"
            case .ech: "ech"
            case .ipv6hint: "ipv6hint"
            case .dohpath: "dohpath"
            case .ohttp: "ohttp"
            }
        }
    }

    private static func text(ofKey number: UInt16) -> String {
        Key(rawValue: number)?.text ?? "key\(number)"
    }

    /// The number of a key by name or as `keyNNNN`; 65535 is reserved as invalid (RFC 9460 §14.3.2).
    private static func number(ofKey text: some Collection<UInt8>) -> UInt16? {
        if let known = Key.allCases.first(where: { $0.text.utf8.elementsEqual(text) }) {
            return known.rawValue
        }
        guard text.starts(with: "key".utf8), text.count <= 8,
            let number: UInt16 = DecimalText.number(text.dropFirst(3)),
            number < 65_535, text.count == 4 || text.dropFirst(3).first != UInt8(ascii: "0")
        else { return nil }
        return number
    }
}

// --- Text to wire ---

extension ServiceParameter {
    /// Parameters in any order, each key once (RFC 9460 §2.1).
    static func read(from reader: inout EntryReader, into bytes: inout [UInt8]) throws(TextError) {
        var values: [UInt16: [UInt8]] = [:]
        var mandatoryWord: Entry.Word?
        while !reader.isAtEnd {
            let word = try reader.next("a service parameter")
            let text = reader.entry[word]
            let parts = text.split(
                separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
            guard let name = parts.first, let key = number(ofKey: name) else {
                throw reader.error(.malformed("a service parameter"), word)
            }
            guard let argument = EscapedText.octets(parts.count == 2 ? parts[1] : []) else {
                throw reader.error(.badEscape, word)
            }
            // Under its number a key takes any octets (RFC 9460 §2.1).
            let isNamed = Key(rawValue: key)?.text.utf8.elementsEqual(name) ?? false
            guard let value = isNamed ? value(key, argument, hasValue: parts.count == 2) : argument else {
                throw reader.error(.malformed("a value of \(self.text(ofKey: key))"), word)
            }
            guard value.count <= 65_535 else { throw reader.error(.dataTooLong, word) }
            guard values.updateValue(value, forKey: key) == nil else { throw reader.error(.repeated, word) }
            if key == Key.mandatory.rawValue { mandatoryWord = word }
        }
        if let mandatoryWord, let value = values[0], let listed = numbers(value[...]) {
            // RFC 9460 §8: every key that is listed must be there.
            guard listed.allSatisfy({ values[$0] != nil }) else {
                throw reader.error(.malformed("only keys that the record has"), mandatoryWord)
            }
        }
        if let word = reader.entry.words.last, values[2] != nil, values[1] == nil {
            // RFC 9460 §7.1.1: no-default-alpn needs alpn.
            throw TextError(.missing("alpn"), at: word.place)
        }
        for (key, value) in values.sorted(by: { $0.key < $1.key }) {
            RDataField.append(key, to: &bytes)
            RDataField.append(UInt16(value.count), to: &bytes)
            bytes += value
        }
    }

    /// The octets of a known key's value; nil where it is not what the key wants.
    private static func value(_ number: UInt16, _ argument: [UInt8], hasValue: Bool) -> [UInt8]? {
        guard let key = Key(rawValue: number) else { return argument }
        switch key {
        case .mandatory:
            return mandatory(argument)
        case .alpn:
            guard let items = list(argument), items.allSatisfy({ (1...255).contains($0.count) }) else {
                return nil
            }
            return items.flatMap { [UInt8($0.count)] + $0 }
        case .noDefaultALPN, .ohttp:
            return argument.isEmpty ? [] : nil
        case .port:
            guard let port: UInt16 = DecimalText.number(argument) else { return nil }
            return [UInt8(port >> 8), UInt8(port & 0xff)]
        case .ipv4hint, .ipv6hint:
            return addresses(argument, key == .ipv4hint ? .ipv4 : .ipv6)
        case .ech:
            return argument.isEmpty ? nil : BinaryText.octetsOfBase64(argument[...])
        case .dohpath:
            return argument.isEmpty ? nil : argument
        }
    }

    /// RFC 9460 §8: at least one key, none twice, not `mandatory` itself; sent in ascending order.
    private static func mandatory(_ argument: [UInt8]) -> [UInt8]? {
        let names = argument.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false)
        var keys: Set<UInt16> = []
        for name in names {
            guard let key = number(ofKey: name), key != 0, keys.insert(key).inserted else { return nil }
        }
        return keys.sorted().flatMap { [UInt8($0 >> 8), UInt8($0 & 0xff)] }
    }

    private static func addresses(_ argument: [UInt8], _ family: IPAddress.Family) -> [UInt8]? {
        var octets: [UInt8] = []
        for item in argument.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false) {
            guard let address = IPAddress(String(decoding: item, as: UTF8.self)), address.family == family
            else {
                return nil
            }
            octets += address.octets
        }
        return octets.isEmpty ? nil : octets
    }

    /// The items of a comma-separated list, in which a backslash stands before a comma or backslash that is part of an
    /// item (RFC 9460 §A.1).
    private static func list(_ argument: [UInt8]) -> [[UInt8]]? {
        var items: [[UInt8]] = [[]]
        var isEscaped = false
        for octet in argument {
            if isEscaped {
                guard octet == UInt8(ascii: ",") || octet == UInt8(ascii: "\\") else { return nil }
                items[items.count - 1].append(octet)
                isEscaped = false
            } else if octet == UInt8(ascii: "\\") {
                isEscaped = true
            } else if octet == UInt8(ascii: ",") {
                items.append([])
            } else {
                items[items.count - 1].append(octet)
            }
        }
        return isEscaped ? nil : items
    }
}

// --- Wire to text ---

extension ServiceParameter {
    static func appendText(of octets: ArraySlice<UInt8>, to text: inout [UInt8]) -> Bool {
        var keys: Set<UInt16> = []
        forEach(octets) { key, _ in keys.insert(key) }
        // Such a record could not be read back by the keys' names.
        if keys.contains(2), !keys.contains(1) { return false }
        if keys.contains(65_535) { return false }
        var isFirst = true
        var isReadable = true
        forEach(octets) { key, value in
            if !isFirst { text.append(UInt8(ascii: " ")) }
            isFirst = false
            if key == 0, let listed = numbers(value), !keys.isSuperset(of: listed) { isReadable = false }
            if !appendNamed(key, value, to: &text) {
                text += "key\(key)".utf8
                guard !value.isEmpty else { return }
                text.append(UInt8(ascii: "="))
                EscapedText.appendQuoted(value, to: &text)
            }
        }
        return isReadable
    }

    private static func forEach(_ octets: ArraySlice<UInt8>, _ body: (UInt16, ArraySlice<UInt8>) -> Void) {
        var position = octets.startIndex
        while octets.endIndex - position >= 4 {
            let key = UInt16(octets[position]) << 8 | UInt16(octets[position + 1])
            let length = Int(octets[position + 2]) << 8 | Int(octets[position + 3])
            let end = min(position + 4 + length, octets.endIndex)
            body(key, octets[(position + 4)..<end])
            position = end
        }
    }

    /// Appends `name=value`; false where the key is unknown or the value is not as the key wants it.
    private static func appendNamed(_ number: UInt16, _ value: ArraySlice<UInt8>, to text: inout [UInt8])
        -> Bool
    {
        guard let key = Key(rawValue: number), let argument = argument(key, value),
            self.value(number, argument, hasValue: !argument.isEmpty) == Array(value)
        else { return false }
        text += key.text.utf8
        guard !argument.isEmpty else { return true }
        text.append(UInt8(ascii: "="))
        switch key {
        case .alpn, .dohpath: EscapedText.appendQuoted(argument, to: &text)
        default: text += argument
        }
        return true
    }

    private static func argument(_ key: Key, _ value: ArraySlice<UInt8>) -> [UInt8]? {
        switch key {
        case .mandatory:
            return numbers(value).map { Array($0.map(self.text(ofKey:)).joined(separator: ",").utf8) }
        case .alpn:
            return argumentOfALPN(value)
        case .noDefaultALPN, .ohttp:
            return []
        case .port:
            return numbers(value).flatMap { $0.count == 1 ? Array(String($0[0]).utf8) : nil }
        case .ipv4hint, .ipv6hint:
            let size = key == .ipv4hint ? 4 : 16
            let starts = stride(from: value.startIndex, to: value.endIndex - size + 1, by: size)
            let addresses = starts.compactMap { IPAddress(octets: value[$0..<($0 + size)]) }
            return Array(addresses.map(\.description).joined(separator: ",").utf8)
        case .ech:
            var text: [UInt8] = []
            BinaryText.appendBase64(value, to: &text)
            return text
        case .dohpath:
            return Array(value)
        }
    }

    private static func argumentOfALPN(_ value: ArraySlice<UInt8>) -> [UInt8]? {
        var text: [UInt8] = []
        var position = value.startIndex
        while position < value.endIndex {
            let end = position + 1 + Int(value[position])
            guard end <= value.endIndex else { return nil }
            if position > value.startIndex { text.append(UInt8(ascii: ",")) }
            for octet in value[(position + 1)..<end] {
                if octet == UInt8(ascii: ",") || octet == UInt8(ascii: "\\") {
                    text.append(UInt8(ascii: "\\"))
                }
                text.append(octet)
            }
            position = end
        }
        return text
    }

    /// A run of 16-bit numbers; nil where half of one is left over.
    private static func numbers(_ value: ArraySlice<UInt8>) -> [UInt16]? {
        guard value.count & 1 == 0 else { return nil }
        return stride(from: value.startIndex, to: value.endIndex, by: 2).map {
            UInt16(value[$0]) << 8 | UInt16(value[$0 + 1])
        }
    }
}
