/// How long changes are kept after a snapshot has them, for IXFR (RFC 1995 §5 leaves it to us).
enum Retention {
    /// A secondary that was away for longer is better off with all of the zone.
    static let age: Int64 = 30 * 86_400
    /// Octets that a small zone may keep beyond its own size: some minutes of a zone that changes all the time, months of
    /// one that seldom does.
    static let octets = 16 << 20
    /// What small zones may keep together, so that many of them do not fill a disk.
    static let octetsOfAll = 1 << 30
    static let minimumOctets = 256 << 10
    /// A change is known in memory with 24 octets.
    static let changes = 100_000
    static let changesOfAll = 2_000_000
    static let minimumChanges = 1000

    /// Changes of more octets than the zone has are of no use: all of the zone is sent instead (RFC 1995 §4).
    static func octets(zoneOctets: Int, zoneCount: Int) -> Int {
        max(zoneOctets, max(minimumOctets, min(octets, octetsOfAll / max(zoneCount, 1))))
    }

    static func changes(zoneCount: Int) -> Int {
        max(minimumChanges, min(changes, changesOfAll / max(zoneCount, 1)))
    }
}
