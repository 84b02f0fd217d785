/// One reading of the three clocks. It is handed to whatever needs time, so that tests can jump.
///
/// Each clock has its own use, because each fails differently: a wall clock is corrected, a monotonic clock stops
/// while a laptop sleeps.
public struct Moment: Sendable, Equatable {
    /// Nanoseconds of `CLOCK_MONOTONIC`: time-outs and round-trip times.
    public var monotonic: Int64
    /// Milliseconds of `CLOCK_BOOTTIME`: TTLs. A corrected wall clock neither expires nor revives anything.
    public var uptime: Int64
    /// Seconds of `CLOCK_REALTIME` since 1970: signatures, serials, cookies, TSIG.
    public var wall: Int64

    public init(monotonic: Int64, uptime: Int64, wall: Int64) {
        self.monotonic = monotonic
        self.uptime = uptime
        self.wall = wall
    }

    /// All three clocks moved on together, as in a test or a replay.
    public func advanced(bySeconds seconds: Double) -> Moment {
        Moment(
            monotonic: monotonic + Int64(seconds * 1e9), uptime: uptime + Int64(seconds * 1e3),
            wall: wall + Int64(seconds))
    }
}
