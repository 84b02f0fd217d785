/// LOC, a place on Earth (RFC 1876 §2).
///
///     +--+--+--+--+--+--+--+--+--+--+--+--+--+--+--+--+
///     |        VERSION        |         SIZE          |
///     +--+--+--+--+--+--+--+--+--+--+--+--+--+--+--+--+
///     |       HORIZ PRE       |       VERT PRE        |
///     +--+--+--+--+--+--+--+--+--+--+--+--+--+--+--+--+
///     |                   LATITUDE  (32)              |
///     +--+--+--+--+--+--+--+--+--+--+--+--+--+--+--+--+
///     |                   LONGITUDE (32)              |
///     +--+--+--+--+--+--+--+--+--+--+--+--+--+--+--+--+
///     |                   ALTITUDE  (32)              |
///     +--+--+--+--+--+--+--+--+--+--+--+--+--+--+--+--+
enum Location {
    static let length = 16
    /// The equator and the prime meridian; a unit is a thousandth of a second of arc.
    private static let middle: Int64 = 1 << 31
    private static let unitsPerDegree: Int64 = 3_600_000
    /// Altitudes count from 100 km below the WGS 84 spheroid; a unit is a centimetre.
    private static let altitudeBase: Int64 = 10_000_000

    /// Version 0 has 16 octets; other versions are carried as they are (RFC 1876 §2).
    static func check(_ message: Span<UInt8>, _ range: Range<Int>) throws(WireError) {
        let version = try message.uint8(at: range.lowerBound)
        guard !range.isEmpty, version != 0 || range.count == length else {
            throw WireError(.badRData, at: range.lowerBound)
        }
    }
}

// --- Text to wire ---

extension Location {
    /// Degrees, minutes and seconds, `N` or `S`, the same with `E` or `W`, altitude, and up to three sizes in metres
    /// (RFC 1876 §3).
    static func read(from reader: inout EntryReader, into bytes: inout [UInt8]) throws(TextError) {
        let latitude = try angle(&reader, "a latitude", maximum: 90, positive: "n", negative: "s")
        let longitude = try angle(&reader, "a longitude", maximum: 180, positive: "e", negative: "w")
        let altitude = try reader.next("an altitude in metres") { text -> UInt32? in
            centimetres(text).flatMap { UInt32(exactly: $0 + altitudeBase) }
        }
        // The defaults of RFC 1876 §3: 1 m, 10 km, 10 m.
        var sizes: [UInt8] = [0x12, 0x16, 0x13]
        for index in sizes.indices where !reader.isAtEnd {
            sizes[index] = try reader.next("a size in metres") { text in centimetres(text).flatMap(precision)
            }
        }
        bytes.append(0)
        bytes += sizes
        for number in [latitude, longitude, altitude] { RDataField.append(number, to: &bytes) }
    }

    private static func angle(
        _ reader: inout EntryReader, _ what: String, maximum: Int64, positive: Unicode.Scalar,
        negative: Unicode.Scalar
    ) throws(TextError) -> UInt32 {
        var units: Int64 = 0
        // Minutes and seconds may be left out; only seconds have a fraction.
        for (position, unit) in [unitsPerDegree, 60_000, 1].enumerated() {
            let word = try reader.next(what)
            let text = reader.entry[word]
            if position > 0, let sign = sign(text, positive, negative) {
                return try value(sign * units, word)
            }
            let limit = position == 0 ? maximum : position == 1 ? 59 : 59_999
            guard let number = thousandths(text), position == 2 || number % 1000 == 0 else {
                throw reader.error(.malformed(what), word)
            }
            let count = position == 2 ? number : number / 1000
            guard count <= limit else { throw reader.error(.malformed(what), word) }
            units += count * unit
        }
        let word = try reader.next(what)
        guard let sign = sign(reader.entry[word], positive, negative) else {
            throw reader.error(.malformed(what), word)
        }
        return try value(sign * units, word)

        func value(_ units: Int64, _ word: Entry.Word) throws(TextError) -> UInt32 {
            guard abs(units) <= maximum * unitsPerDegree, let value = UInt32(exactly: middle + units) else {
                throw reader.error(.malformed(what), word)
            }
            return value
        }
    }

    private static func sign(
        _ text: ArraySlice<UInt8>, _ positive: Unicode.Scalar, _ negative: Unicode.Scalar
    ) -> Int64? {
        guard text.count == 1, let letter = text.first.map(lowercased) else { return nil }
        return letter == UInt8(ascii: positive) ? 1 : letter == UInt8(ascii: negative) ? -1 : nil
    }

    /// A number with up to three digits behind the point, times 1000.
    private static func thousandths(_ text: ArraySlice<UInt8>) -> Int64? { fixedPoint(text, places: 3) }

    /// Metres, with or without the `m`, with up to two digits behind the point and perhaps a sign.
    private static func centimetres(_ text: ArraySlice<UInt8>) -> Int64? {
        var text = text
        if text.count > 1, text.last.map(lowercased) == UInt8(ascii: "m") { text = text.dropLast() }
        let isNegative = text.first == UInt8(ascii: "-")
        if isNegative || text.first == UInt8(ascii: "+") { text = text.dropFirst() }
        return fixedPoint(text, places: 2).map { isNegative ? -$0 : $0 }
    }

    private static func fixedPoint(_ text: ArraySlice<UInt8>, places: Int) -> Int64? {
        let parts = text.split(separator: UInt8(ascii: "."), maxSplits: 1, omittingEmptySubsequences: false)
        guard let whole = parts.first, whole.count <= 10 else { return nil }
        var digits = Array(whole)
        if parts.count == 2 {
            guard (1...places).contains(parts[1].count) else { return nil }
            digits += parts[1]
        }
        digits += repeatElement(48, count: places - (parts.count == 2 ? parts[1].count : 0))
        return whole.isEmpty ? nil : DecimalText.number(digits)
    }

    /// One digit and a power of ten (RFC 1876 §2); nil for what is negative or above 90,000 km.
    private static func precision(_ centimetres: Int64) -> UInt8? {
        guard centimetres >= 0 else { return nil }
        var (mantissa, exponent) = (centimetres, UInt8(0))
        while mantissa > 9 {
            mantissa /= 10
            exponent += 1
        }
        return exponent <= 9 ? UInt8(mantissa) << 4 | exponent : nil
    }
}

// --- Wire to text ---

extension Location {
    /// False where the data is of another version or not as the RFC has it.
    static func appendText(of octets: ArraySlice<UInt8>, to text: inout [UInt8]) -> Bool {
        guard octets.count == length, octets.first == 0 else { return false }
        let words = stride(from: octets.startIndex + 4, to: octets.endIndex, by: 4).map { start in
            octets[start..<(start + 4)].reduce(Int64(0)) { $0 << 8 | Int64($1) }
        }
        let (latitude, longitude, altitude) = (words[0] - middle, words[1] - middle, words[2] - altitudeBase)
        guard abs(latitude) <= 90 * unitsPerDegree, abs(longitude) <= 180 * unitsPerDegree else {
            return false
        }
        appendAngle(abs(latitude), latitude < 0 ? "S" : "N", to: &text)
        appendAngle(abs(longitude), longitude < 0 ? "W" : "E", to: &text)
        appendMetres(altitude, isShort: false, to: &text)
        for octet in octets.dropFirst().prefix(3) {
            let (mantissa, exponent) = (octet >> 4, octet & 15)
            guard mantissa <= 9, exponent <= 9, mantissa > 0 || exponent == 0 else { return false }
            text.append(UInt8(ascii: " "))
            appendMetres(
                (0..<exponent).reduce(Int64(mantissa)) { value, _ in value * 10 }, isShort: true, to: &text)
        }
        return true
    }

    private static func appendAngle(_ units: Int64, _ letter: String, to text: inout [UInt8]) {
        let (degrees, minutes) = (units / unitsPerDegree, units / 60_000 % 60)
        let (seconds, fraction) = (units / 1000 % 60, String(units % 1000 + 1000).dropFirst())
        text += "\(degrees) \(minutes) \(seconds).\(fraction) \(letter) ".utf8
    }

    private static func appendMetres(_ centimetres: Int64, isShort: Bool, to text: inout [UInt8]) {
        let (metres, rest) = (abs(centimetres) / 100, abs(centimetres) % 100)
        text += "\(centimetres < 0 ? "-" : "")\(metres)".utf8
        if !isShort || rest > 0 { text += ".\(String(rest + 100).dropFirst())".utf8 }
        text.append(UInt8(ascii: "m"))
    }
}
