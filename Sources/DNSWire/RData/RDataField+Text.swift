// The fields of RDATA as text, both ways, by the same table that checks the wire.

extension RDataField {
    /// What an error says was expected.
    private var words: String {
        switch self {
        case .uint8: "a number up to 255"
        case .uint16: "a number up to 65535"
        case .uint32: "a number up to 4294967295"
        case .ttl: "a number of seconds"
        case .timestamp: "a time as YYYYMMDDHHmmSS"
        case .recordType: "a record type"
        case .algorithm: "a DNSSEC algorithm"
        case .digestType: "a digest type"
        case .certificateType: "a certificate type"
        case .ipv4: "an IPv4 address"
        case .ipv6: "an IPv6 address"
        case .compressibleName, .canonicalName, .plainName: "a domain name"
        case .characterString, .characterStrings: "a character-string"
        case .tag: "a property tag"
        case .quotedRest: "a quoted string"
        case .hexRest: "hexadecimal digits"
        case .base64Rest: "base64 data"
        case .hexSalt: "a salt in hexadecimal digits, or -"
        case .base32Hash: "a hash in base32hex"
        case .typeBitmap: "record types"
        case .location: "a location"
        case .addressPrefixes: "an address prefix as 1:192.0.2.0/24"
        case .serviceParameters: "a service parameter"
        case .eui48: "a 48-bit address as 00-00-5e-00-53-2a"
        case .eui64: "a 64-bit address as 00-00-5e-ef-10-00-00-2a"
        }
    }

    // --- Text to wire ---

    func read(from reader: inout EntryReader, into bytes: inout [UInt8]) throws(TextError) {
        switch self {
        case .uint8:
            bytes.append(try reader.nextNumber(words))
        case .uint16:
            Self.append(try reader.nextNumber(words) as UInt16, to: &bytes)
        case .uint32:
            Self.append(try reader.nextNumber(words) as UInt32, to: &bytes)
        case .ttl:
            Self.append(try reader.next(words, TimeText.seconds), to: &bytes)
        case .timestamp:
            Self.append(try reader.next(words, TimestampText.seconds), to: &bytes)
        case .recordType:
            Self.append(try reader.next(words) { RecordType(octets: $0)?.rawValue }, to: &bytes)
        case .algorithm:
            let number = try reader.next(words) { Mnemonics.algorithms.value($0, maximum: 255) }
            bytes.append(UInt8(truncatingIfNeeded: number))
        case .digestType:
            let number = try reader.next(words) { Mnemonics.digestTypes.value($0, maximum: 255) }
            bytes.append(UInt8(truncatingIfNeeded: number))
        case .certificateType:
            let number = try reader.next(words) { Mnemonics.certificateTypes.value($0, maximum: 65_535) }
            Self.append(number, to: &bytes)
        case .ipv4, .ipv6:
            let family: IPAddress.Family = self == .ipv4 ? .ipv4 : .ipv6
            bytes += try reader.next(words) { (text) -> [UInt8]? in
                guard let address = IPAddress(String(decoding: text, as: UTF8.self)) else { return nil }
                return address.family == family ? address.octets : nil
            }
        case .compressibleName, .canonicalName, .plainName:
            bytes += try reader.nextName(words).wire
        case .characterString:
            try readCharacterString(from: &reader, into: &bytes)
        case .characterStrings:
            repeat { try readCharacterString(from: &reader, into: &bytes) } while !reader.isAtEnd
        case .location:
            try Location.read(from: &reader, into: &bytes)
        case .addressPrefixes:
            while !reader.isAtEnd { bytes += try reader.next(words, AddressPrefix.octets) }
        case .serviceParameters:
            try ServiceParameter.read(from: &reader, into: &bytes)
        default:
            try readBinary(from: &reader, into: &bytes)
        }
    }

    private func readBinary(from reader: inout EntryReader, into bytes: inout [UInt8]) throws(TextError) {
        switch self {
        case .tag:
            // RFC 8659 §4.1: letters and digits.
            bytes += try reader.next(words) { text in
                (1...255).contains(text.count) && text.allSatisfy(Self.isAlphanumeric)
                    ? [UInt8(text.count)] + text : nil
            }
        case .quotedRest:
            bytes += try reader.nextString(words)
        case .hexRest:
            try readRest(from: &reader, into: &bytes) { BinaryText.octets($0, in: BinaryText.base16) }
        case .base64Rest:
            try readRest(from: &reader, into: &bytes, BinaryText.octetsOfBase64)
        case .hexSalt:
            bytes += try reader.next(words) { text in
                if text.count == 1, text.first == UInt8(ascii: "-") { return [0] }
                return Self.counted(BinaryText.octets(text, in: BinaryText.base16))
            }
        case .base32Hash:
            bytes += try reader.next(words) { Self.counted(BinaryText.octets($0, in: BinaryText.base32hex)) }
        case .typeBitmap:
            var types: [RecordType] = []
            while !reader.isAtEnd { types.append(try reader.next(words) { RecordType(octets: $0) }) }
            bytes += TypeBitmap.compose(types)
        case .eui48:
            bytes += try reader.next(words) { Self.hyphenated($0, count: 6) }
        case .eui64:
            bytes += try reader.next(words) { Self.hyphenated($0, count: 8) }
        default:
            break
        }
    }

    private func readRest(
        from reader: inout EntryReader, into bytes: inout [UInt8], _ convert: (ArraySlice<UInt8>) -> [UInt8]?
    ) throws(TextError) {
        let (word, text) = try reader.rest(words)
        guard let octets = convert(text) else { throw reader.error(.malformed(words), word) }
        bytes += octets
    }

    private func readCharacterString(
        from reader: inout EntryReader, into bytes: inout [UInt8]
    ) throws(TextError) {
        let word = try reader.next(words)
        let octets = try reader.string(word)
        guard octets.count <= 255 else { throw reader.error(.dataTooLong, word) }
        bytes.append(UInt8(octets.count))
        bytes += octets
    }

    private static func counted(_ octets: [UInt8]?) -> [UInt8]? {
        guard let octets, (1...255).contains(octets.count) else { return nil }
        return [UInt8(octets.count)] + octets
    }

    private static func isAlphanumeric(_ octet: UInt8) -> Bool {
        octet &- 48 < 10 || lowercased(octet) &- 97 < 26
    }

    /// RFC 7043 §3.2: two digits each, hyphens between.
    private static func hyphenated(_ text: ArraySlice<UInt8>, count: Int) -> [UInt8]? {
        let parts = text.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
        guard parts.count == count, parts.allSatisfy({ $0.count == 2 }) else { return nil }
        return BinaryText.octets(parts.joined(), in: BinaryText.base16)
    }

    static func append<Number: FixedWidthInteger>(_ number: Number, to bytes: inout [UInt8]) {
        var shift = Number.bitWidth
        while shift > 0 {
            shift -= 8
            bytes.append(UInt8(truncatingIfNeeded: number >> Number(truncatingIfNeeded: shift)))
        }
    }
}

// --- Wire to text ---

extension RDataField {
    /// Appends the text of the field in `octets`; false where there is none that would be read back as the same octets.
    func appendText(of octets: ArraySlice<UInt8>, to text: inout [UInt8]) -> Bool {
        switch self {
        case .uint8, .uint16, .uint32, .ttl, .algorithm, .digestType:
            text += String(Self.number(octets)).utf8
        case .timestamp:
            TimestampText.append(Self.number(octets), to: &text)
        case .recordType:
            text += RecordType(rawValue: UInt16(truncatingIfNeeded: Self.number(octets))).description.utf8
        case .certificateType:
            let number = UInt16(truncatingIfNeeded: Self.number(octets))
            text += (Mnemonics.certificateTypes.text(number) ?? String(number)).utf8
        case .ipv4, .ipv6:
            guard let address = IPAddress(octets: octets) else { return false }
            text += address.description.utf8
        case .compressibleName, .canonicalName, .plainName:
            DomainName(unchecked: Array(octets)).appendText(to: &text)
        case .characterString:
            EscapedText.appendQuoted(octets.dropFirst(), to: &text)
        case .characterStrings:
            appendStrings(octets, to: &text)
        case .tag:
            guard octets.count > 1, octets.dropFirst().allSatisfy(Self.isAlphanumeric) else { return false }
            text += octets.dropFirst()
        case .quotedRest:
            EscapedText.appendQuoted(octets, to: &text)
        case .location:
            return Location.appendText(of: octets, to: &text)
        case .addressPrefixes:
            return AddressPrefix.appendText(of: octets, to: &text)
        case .serviceParameters:
            return ServiceParameter.appendText(of: octets, to: &text)
        default:
            return appendBinary(octets, to: &text)
        }
        return true
    }

    private func appendBinary(_ octets: ArraySlice<UInt8>, to text: inout [UInt8]) -> Bool {
        switch self {
        case .hexRest:
            guard !octets.isEmpty else { return false }
            BinaryText.append(octets, in: BinaryText.base16, to: &text)
        case .base64Rest:
            guard !octets.isEmpty else { return false }
            BinaryText.appendBase64(octets, to: &text)
        case .hexSalt:
            if octets.count == 1 { text.append(UInt8(ascii: "-")) }
            BinaryText.append(octets.dropFirst(), in: BinaryText.base16, to: &text)
        case .base32Hash:
            guard octets.count > 1 else { return false }
            BinaryText.append(octets.dropFirst(), in: BinaryText.base32hex, to: &text)
        case .typeBitmap:
            let types = TypeBitmap.types(in: octets)
            guard TypeBitmap.compose(types) == Array(octets) else { return false }
            for (index, type) in types.enumerated() {
                if index > 0 { text.append(UInt8(ascii: " ")) }
                text += type.description.utf8
            }
        case .eui48, .eui64:
            for (index, octet) in octets.enumerated() {
                if index > 0 { text.append(UInt8(ascii: "-")) }
                text += [octet >> 4, octet & 15].map { $0 < 10 ? $0 + 48 : $0 + 87 }
            }
        default:
            return false
        }
        return true
    }

    private func appendStrings(_ octets: ArraySlice<UInt8>, to text: inout [UInt8]) {
        var position = octets.startIndex
        while position < octets.endIndex {
            if position > octets.startIndex { text.append(UInt8(ascii: " ")) }
            let end = min(position + 1 + Int(octets[position]), octets.endIndex)
            EscapedText.appendQuoted(octets[(position + 1)..<end], to: &text)
            position = end
        }
    }

    private static func number(_ octets: ArraySlice<UInt8>) -> UInt32 {
        octets.reduce(0) { $0 << 8 | UInt32($1) }
    }
}
