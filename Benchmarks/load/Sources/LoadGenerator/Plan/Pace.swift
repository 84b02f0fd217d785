/// What decides when the next query is sent.
public enum Pace: Sendable, Hashable {
    /// Closed loop: as soon as one of so many queries under way is answered or lost. A slow server is asked less.
    case closed(inFlight: Int)
    /// Open loop: so many a second, whatever the server does, and the time of each counts from when it should have been
    /// sent. At most `inFlight` wait for answers; what is due beyond them is late, and its lateness is measured.
    case open(rate: Double, inFlight: Int)

    public var inFlight: Int {
        switch self {
        case .closed(let inFlight), .open(_, let inFlight): inFlight
        }
    }

    public var rate: Double? { if case .open(let rate, _) = self { rate } else { nil } }

    /// The part of thread `index` of `count`: what is left over goes to the first ones.
    func share(_ index: Int, of count: Int) -> Pace {
        let part = inFlight / count + (index < inFlight % count ? 1 : 0)
        return switch self {
        case .closed: .closed(inFlight: part)
        case .open(let rate, _): .open(rate: rate / Double(count), inFlight: part)
        }
    }
}
