/// A zone's serial number: 32 bits that go round in a circle (RFC 1982).
public struct SerialNumber: RawRepresentable, Hashable, Sendable {
    public let rawValue: UInt32

    public init(rawValue: UInt32) { self.rawValue = rawValue }
    public init(_ rawValue: UInt32) { self.rawValue = rawValue }

    /// The next one; 0, which some software takes for "none", is passed over (RFC 2136 §3.6 leaves the choice).
    public var next: SerialNumber {
        let sum = rawValue &+ 1
        return SerialNumber(sum == 0 ? 1 : sum)
    }

    /// Whether this one came later (RFC 1982 §3.2). Of two that lie exactly half a circle apart neither did.
    public func isNewer(than other: SerialNumber) -> Bool {
        let distance = rawValue &- other.rawValue
        return distance != 0 && distance < 0x8000_0000
    }
}

extension SerialNumber: CustomStringConvertible {
    public var description: String { "\(rawValue)" }
}
