import DNSWire

/// Why a text is not RDATA.
struct RDataTextError: Error {
    var reason: String
}

/// Reads the text of RDATA by the type's table of fields, as far as scenario files need it.
struct RDataReader {
    var fields: ArraySlice<Token>
    var origin: DomainName

    mutating func rdata(of type: RecordType) throws(RDataTextError) -> RData {
        if let first = fields.first, first.text == "\\#", !first.isQuoted { return try generic() }
        guard let format = type.rdataFormat else {
            throw RDataTextError(reason: "this type is written with \\#")
        }
        var bytes: [UInt8] = []
        for field in format { bytes += try octets(of: field) }
        guard fields.isEmpty else { throw RDataTextError(reason: "too many fields") }
        return RData(unchecked: bytes)
    }

    /// RFC 3597 §5: `\# length hex...`
    private mutating func generic() throws(RDataTextError) -> RData {
        fields.removeFirst()
        let length: Int = try number()
        guard let data = octets(hexadecimal: rest()), data.count == length else {
            throw RDataTextError(reason: "the octets after \\# are not as many as said")
        }
        return RData(unchecked: data)
    }

    // --- Fields ---

    private mutating func octets(of field: RDataField) throws(RDataTextError) -> [UInt8] {
        switch field {
        case .uint8: return bigEndian(try number() as UInt8)
        case .uint16, .certificateType: return bigEndian(try number() as UInt16)
        case .uint32, .ttl: return bigEndian(try number() as UInt32)
        case .timestamp: return bigEndian(try timestamp())
        case .recordType: return bigEndian(try recordType().rawValue)
        case .algorithm: return [try algorithm()]
        case .ipv4: return try address(.ipv4)
        case .ipv6: return try address(.ipv6)
        case .compressibleName, .canonicalName, .plainName: return try name().wire
        case .characterString, .tag: return try characterString(try token())
        case .characterStrings:
            var bytes = try characterString(try token())
            while let next = fields.popFirst() { bytes += try characterString(next) }
            return bytes
        case .quotedRest: return try unescaped(try token().text)
        case .hexRest: return try hex(rest())
        case .hexSalt:
            let text = try token().text
            return try counted(text == "-" ? [] : try hex(text))
        case .base64Rest: return try base64(rest())
        case .base32Hash: return try counted(try base32(try token().text))
        case .typeBitmap: return try typeBitmap()
        case .location, .addressPrefixes, .serviceParameters, .eui48, .eui64:
            throw RDataTextError(reason: "write this type with \\#")
        }
    }

    private mutating func token() throws(RDataTextError) -> Token {
        guard let token = fields.popFirst() else { throw RDataTextError(reason: "a field is missing") }
        return token
    }

    /// All that is left, run together: hexadecimal and base64 may be written in pieces.
    private mutating func rest() -> String {
        defer { fields.removeAll() }
        return fields.map(\.text).joined()
    }

    private mutating func number<Number: FixedWidthInteger>() throws(RDataTextError) -> Number {
        let text = try token().text
        guard let number = Number(text) else { throw RDataTextError(reason: "\(text) is not a number that fits") }
        return number
    }

    private func bigEndian<Number: FixedWidthInteger>(_ number: Number) -> [UInt8] {
        stride(from: Number.bitWidth - 8, through: 0, by: -8).map { UInt8(truncatingIfNeeded: number >> $0) }
    }

    private mutating func address(_ family: IPAddress.Family) throws(RDataTextError) -> [UInt8] {
        let text = try token().text
        guard let address = IPAddress(text), address.family == family else {
            throw RDataTextError(reason: "\(text) is not such an address")
        }
        return address.octets
    }

    private mutating func name() throws(RDataTextError) -> DomainName {
        let text = try token().text
        if text == "@" { return origin }
        do {
            return try DomainName(text, relativeTo: origin)
        } catch {
            throw RDataTextError(reason: "\(text) is not a name: \(error)")
        }
    }

    private mutating func recordType() throws(RDataTextError) -> RecordType {
        let text = try token().text
        guard let type = RecordType(text) else { throw RDataTextError(reason: "\(text) is not a type") }
        return type
    }

    /// RFC 4034 §3.2: YYYYMMDDHHmmSS, or seconds.
    private mutating func timestamp() throws(RDataTextError) -> UInt32 {
        let text = try token().text
        guard let number = UInt64(text) else { throw RDataTextError(reason: "\(text) is not a time") }
        guard text.count == 14 else { return UInt32(truncatingIfNeeded: number) }
        let part = { (power: UInt64, size: UInt64) in Int(number / power % size) }
        let days = daysSince1970(year: part(10_000_000_000, 10_000), month: part(100_000_000, 100), day: part(1_000_000, 100))
        return UInt32(truncatingIfNeeded: days * 86_400 + part(10_000, 100) * 3600 + part(100, 100) * 60 + part(1, 100))
    }

    /// Years that begin in March put the leap day last, so that months need no table.
    private func daysSince1970(year: Int, month: Int, day: Int) -> Int {
        let shifted = month > 2 ? (year, month - 3) : (year - 1, month + 9)
        let dayOfYear = (153 * shifted.1 + 2) / 5 + day - 1
        return 365 * shifted.0 + shifted.0 / 4 - shifted.0 / 100 + shifted.0 / 400 + dayOfYear - 719_468
    }

    private static let algorithms: [String: UInt8] = [
        "RSAMD5": 1, "DSA": 3, "RSASHA1": 5, "RSASHA256": 8, "RSASHA512": 10, "ECDSAP256SHA256": 13,
        "ECDSAP384SHA384": 14, "ED25519": 15, "ED448": 16,
    ]

    private mutating func algorithm() throws(RDataTextError) -> UInt8 {
        let text = try token().text
        guard let number = UInt8(text) ?? Self.algorithms[text.uppercased()] else {
            throw RDataTextError(reason: "\(text) is not an algorithm")
        }
        return number
    }

    // --- Strings and octets ---

    private func characterString(_ token: Token) throws(RDataTextError) -> [UInt8] {
        try counted(try unescaped(token.text))
    }

    private func counted(_ octets: [UInt8]) throws(RDataTextError) -> [UInt8] {
        guard octets.count <= 255 else { throw RDataTextError(reason: "more than 255 octets") }
        return [UInt8(octets.count)] + octets
    }

    private func unescaped(_ text: String) throws(RDataTextError) -> [UInt8] {
        var octets: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let octet = rest.popFirst() {
            guard octet == UInt8(ascii: "\\") else {
                octets.append(octet)
                continue
            }
            if let number = UInt8(String(decoding: rest.prefix(3), as: UTF8.self)), rest.count >= 3 {
                octets.append(number)
                rest = rest.dropFirst(3)
            } else if let escaped = rest.popFirst() {
                octets.append(escaped)
            } else {
                throw RDataTextError(reason: "a backslash at the end")
            }
        }
        return octets
    }

    private func hex(_ text: String) throws(RDataTextError) -> [UInt8] {
        guard let data = ScenarioTests.octets(hexadecimal: text) else {
            throw RDataTextError(reason: "\(text) is not hexadecimal")
        }
        return data
    }

    private func octets(hexadecimal text: String) -> [UInt8]? { ScenarioTests.octets(hexadecimal: text) }

    private func base64(_ text: String) throws(RDataTextError) -> [UInt8] {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
        return try digits(text, alphabet, bitsPerDigit: 6)
    }

    /// RFC 4648 §7, as NSEC3 writes its hashes.
    private func base32(_ text: String) throws(RDataTextError) -> [UInt8] {
        try digits(text.uppercased(), Array("0123456789ABCDEFGHIJKLMNOPQRSTUV".utf8), bitsPerDigit: 5)
    }

    private func digits(
        _ text: String, _ alphabet: [UInt8], bitsPerDigit: Int
    ) throws(RDataTextError) -> [UInt8] {
        var octets: [UInt8] = []
        var (buffer, bitCount) = (0, 0)
        for digit in text.utf8 where digit != UInt8(ascii: "=") {
            guard let value = alphabet.firstIndex(of: digit) else {
                throw RDataTextError(reason: "\(text) has a character that does not belong there")
            }
            buffer = (buffer << bitsPerDigit | value) & 0xffff
            bitCount += bitsPerDigit
            if bitCount >= 8 {
                bitCount -= 8
                octets.append(UInt8(truncatingIfNeeded: buffer >> bitCount))
            }
        }
        return octets
    }

    /// RFC 4034 §4.1.2.
    private mutating func typeBitmap() throws(RDataTextError) -> [UInt8] {
        var windows: [UInt8: [UInt8]] = [:]
        while !fields.isEmpty {
            let type = try recordType().rawValue
            let (window, octet) = (UInt8(type >> 8), Int(type & 0xff) / 8)
            var bitmap = windows[window] ?? []
            while bitmap.count <= octet { bitmap.append(0) }
            bitmap[octet] |= 0x80 >> UInt8(type & 7)
            windows[window] = bitmap
        }
        return windows.sorted { $0.key < $1.key }.flatMap { [$0.key, UInt8($0.value.count)] + $0.value }
    }
}
