import Dispatch
import Glibc

/// Time as the store needs it, so that tests can let it jump.
public struct StoreClock: Sendable {
    /// Seconds since 1970.
    public var wall: @Sendable () -> Int64
    /// Nanoseconds that never go back.
    public var monotonic: @Sendable () -> UInt64
    /// Has something done when so many seconds are over, on any thread.
    public var after: @Sendable (_ seconds: Int64, _ work: @escaping @Sendable () -> Void) -> Void

    public init(
        wall: @escaping @Sendable () -> Int64, monotonic: @escaping @Sendable () -> UInt64,
        after: @escaping @Sendable (_ seconds: Int64, _ work: @escaping @Sendable () -> Void) -> Void
    ) {
        self.wall = wall
        self.monotonic = monotonic
        self.after = after
    }

    /// The machine's own.
    public static let system = StoreClock(
        wall: { Int64(time(nil)) },
        monotonic: { DispatchTime.now().uptimeNanoseconds },
        after: { seconds, work in
            DispatchQueue.global(qos: .userInitiated).asyncAfter(
                deadline: .now() + .seconds(Int(clamping: seconds)), execute: work)
        })
}
