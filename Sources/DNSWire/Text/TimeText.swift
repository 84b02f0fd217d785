/// Durations as master files write them: seconds, or numbers with units such as `1h30m`.
enum TimeText {
    /// The largest TTL (RFC 2181 §8).
    static let maximumTTL: UInt32 = 0x7fff_ffff

    /// Seconds; nil for what is neither a number nor numbers with the units w, d, h, m, s, or does not fit.
    static func seconds(_ text: ArraySlice<UInt8>) -> UInt32? {
        if let plain: UInt32 = DecimalText.number(text) { return plain }
        var total: UInt32 = 0
        var start = text.startIndex
        for index in text.indices where text[index] &- 48 >= 10 {
            let unit: UInt32
            switch lowercased(text[index]) {
            case UInt8(ascii: "w"): unit = 604_800
            case UInt8(ascii: "d"): unit = 86_400
            case UInt8(ascii: "h"): unit = 3_600
            case UInt8(ascii: "m"): unit = 60
            case UInt8(ascii: "s"): unit = 1
            default: return nil
            }
            guard let count: UInt32 = DecimalText.number(text[start..<index]) else { return nil }
            let (product, tooBig) = count.multipliedReportingOverflow(by: unit)
            let (sum, overflow) = total.addingReportingOverflow(product)
            guard !tooBig, !overflow else { return nil }
            total = sum
            start = index + 1
        }
        // A number without a unit behind one with a unit could mean anything.
        return start == text.endIndex && !text.isEmpty ? total : nil
    }
}

/// Times as RRSIG records write them (RFC 4034 §3.2): `YYYYMMDDHHmmSS` in UTC, or seconds since 1970.
public enum TimestampText {
    private static let secondsPerDay: Int64 = 86_400

    /// `YYYYMMDDHHmmSS` for seconds since 1970; times before that, or past 32 bits, become the nearest that can be written.
    public static func text(_ seconds: Int64) -> String {
        var text: [UInt8] = []
        append(UInt32(clamping: seconds), to: &text)
        return String(decoding: text, as: UTF8.self)
    }

    /// Seconds since 1970; nil for what is no time.
    public static func seconds(_ text: some StringProtocol) -> Int64? {
        seconds(Array(text.utf8)[...]).map(Int64.init)
    }

    static func seconds(_ text: ArraySlice<UInt8>) -> UInt32? {
        guard text.count == 14 else { return text.count <= 10 ? DecimalText.number(text) : nil }
        let part = { (offset: Int, count: Int) -> Int64? in
            let start = text.startIndex + offset
            return DecimalText.number(text[start..<(start + count)])
        }
        guard let year = part(0, 4), let month = part(4, 2), let day = part(6, 2), let hour = part(8, 2),
            let minute = part(10, 2), let second = part(12, 2), year >= 1970, (1...12).contains(month),
            hour < 24, minute < 60, second < 60, day >= 1, day <= days(inMonth: month, of: year)
        else { return nil }
        let days =
            self.days(beforeYear: year) + (1..<month).reduce(0) { $0 + self.days(inMonth: $1, of: year) }
            + day - 1
        return UInt32(exactly: days * secondsPerDay + hour * 3_600 + minute * 60 + second)
    }

    static func append(_ seconds: UInt32, to text: inout [UInt8]) {
        for field in fields(seconds) { text += field.utf8 }
    }

    /// The same for people: `2026-01-31T12:00:00Z` (RFC 3339).
    static func readable(_ seconds: UInt32) -> String {
        let fields = fields(seconds)
        return fields[..<3].joined(separator: "-") + "T" + fields[3...].joined(separator: ":") + "Z"
    }

    /// Year, month, day, hour, minute, second, each with all its digits.
    private static func fields(_ seconds: UInt32) -> [String] {
        var day = Int64(seconds) / secondsPerDay
        var year: Int64 = 1970
        // At most 136 turns: 32 bits end in 2106.
        while day >= days(inYear: year) {
            day -= days(inYear: year)
            year += 1
        }
        var month: Int64 = 1
        while day >= days(inMonth: month, of: year) {
            day -= days(inMonth: month, of: year)
            month += 1
        }
        let rest = Int64(seconds) % secondsPerDay
        let others = [month, day + 1, rest / 3_600, rest / 60 % 60, rest % 60]
        return [String(year)] + others.map { $0 < 10 ? "0\($0)" : "\($0)" }
    }

    private static func isLeap(_ year: Int64) -> Bool {
        year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
    }

    private static func days(inYear year: Int64) -> Int64 { isLeap(year) ? 366 : 365 }

    private static func days(beforeYear year: Int64) -> Int64 {
        let past = year - 1
        return (year - 1970) * 365 + (past / 4 - past / 100 + past / 400)
            - (1969 / 4 - 1969 / 100 + 1969 / 400)
    }

    private static func days(inMonth month: Int64, of year: Int64) -> Int64 {
        switch month {
        case 2: isLeap(year) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }
}
