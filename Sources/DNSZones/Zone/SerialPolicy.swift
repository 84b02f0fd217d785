public import DNSWire

/// How a zone's serial moves on with a change.
public enum SerialPolicy: String, Sendable, Hashable, CaseIterable {
    /// By one.
    case increment
    /// To YYYYMMDD00 of the day (RFC 1912 §2.2), by one where that is not newer.
    case date
    /// To the seconds since 1970, by one where that is not newer.
    case unixtime

    /// - Parameter wall: seconds since 1970.
    public func serial(after current: SerialNumber, wall: Int64) -> SerialNumber {
        let wanted: SerialNumber
        switch self {
        case .increment: return current.next
        case .date: wanted = SerialNumber(Self.date(wall))
        case .unixtime: wanted = SerialNumber(UInt32(truncatingIfNeeded: wall))
        }
        return wanted.isNewer(than: current) && wanted.rawValue != 0 ? wanted : current.next
    }

    /// YYYYMMDD00 in UTC, by the civil calendar.
    private static func date(_ wall: Int64) -> UInt32 {
        // Days to a date: the era of 400 years begins on March 1st, so that the leap day is its last.
        let days = max(0, wall) / 86_400 + 719_468
        let era = days / 146_097
        let dayOfEra = days - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shifted = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * shifted + 2) / 5 + 1
        let month = shifted < 10 ? shifted + 3 : shifted - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        return UInt32(truncatingIfNeeded: year * 1_000_000 + month * 10_000 + day * 100)
    }
}
