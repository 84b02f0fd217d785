/// What an update may make of a zone. More is refused: one requestor must not fill the memory, nor make answers that cannot
/// be sent (CVE-2024-1737).
public enum UpdateLimits {
    /// Large sets of addresses and lists of services have hundreds.
    public static let recordsOfRRset = 1_000
    /// Of an RRset on the wire, so that it fits into a message of 65,535 octets with question, OPT and TSIG.
    public static let octetsOfRRset = 64_000
    /// RRsets of one name: a hundred is what BIND allows by default.
    public static let typesOfName = 100
    /// The size that zones are built for is a million RRsets.
    public static let recordsOfZone = 5_000_000
}
