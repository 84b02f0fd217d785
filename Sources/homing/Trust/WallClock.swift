import DNSWire
import Glibc

/// The time of day, and what can be said against it: signatures are judged by it, so a clock that is wrong by years
/// makes every answer bogus.
enum WallClock {
    /// Seconds since 1970.
    static func now() -> Int64 { Int64(time(nil)) }

    /// When IANA published the younger of the built-in keys: 18 July 2024. No right clock shows an earlier time.
    static let earliest: Int64 = 1_721_260_800
    private static let day: Int64 = 86_400

    /// What is wrong with a clock that shows `wall`, for a person; nil where nothing can be said.
    ///
    /// - Parameter saved: the time at which an earlier run wrote what it knew.
    static func complaint(at wall: Int64, saved: Int64?) -> String? {
        if wall < earliest {
            return
                "the clock is wrong: it shows \(text(wall)), and the root's key of \(text(earliest)) is built in; "
                + "until it is set, signatures look as if they were not valid yet, and answers are bogus"
        }
        if let saved, saved - wall > day {
            return
                "the clock is wrong, or was: it shows \(text(wall)), and \(text(saved)) when this state was saved; "
                + "where signatures look as if they were not valid yet, answers are bogus"
        }
        return nil
    }

    /// The same by signatures of the root that are out of date by more than a year.
    ///
    /// - Parameter distance: seconds by which the clock is past (or, negative, before) the time of their validity.
    static func complaint(at wall: Int64, distance: Int64) -> String? {
        guard abs(distance) > 365 * day else { return nil }
        let years = abs(distance) / (365 * day)
        let side = distance > 0 ? "expired" : "begin in"
        let span = "\(years) year\(years == 1 ? "" : "s")"
        return "the clock may be wrong: it shows \(text(wall)), and the root's signatures \(side) "
            + (distance > 0 ? "\(span) ago" : span)
    }

    /// `2026-11-22`.
    static func text(_ seconds: Int64) -> String {
        let digits = TimestampText.text(seconds)
        return "\(digits.prefix(4))-\(digits.dropFirst(4).prefix(2))-\(digits.dropFirst(6).prefix(2))"
    }
}
