public import DNSWire

/// How far secondaries are behind, told from what they ask for after a change (SOA, IXFR, AXFR). Times are nanoseconds of a
/// monotonic clock.
public struct SecondaryLag: Sendable {
    /// One secondary of one zone.
    public struct Entry: Sendable, Hashable {
        public let apex: DomainName
        public let client: IPAddress
        /// The version that it has: what its last IXFR request said, or what was sent to it since.
        public internal(set) var serial: SerialNumber?
        /// From the publication of the version to the secondary's next question about the zone.
        public internal(set) var timeToAsk: Int64?
        /// From the publication of the version to the end of its transfer.
        public internal(set) var timeToHold: Int64?
        /// When the zone went ahead of it; nil: it is not behind.
        public internal(set) var behindSince: Int64?
        /// When it asked last, or was first heard of.
        public internal(set) var lastSeen: Int64
        /// Whether it has asked since the last publication.
        var hasAsked = true
    }

    /// One zone and those who follow it.
    private struct Followed: Sendable {
        var serial: SerialNumber
        var publishedAt: Int64
        var entries: [IPAddress: Entry] = [:]
    }

    /// Many fleets; when there are more, those go that were not seen for longest.
    static let maximumEntries = 4_096

    private var zones: [DomainName: Followed] = [:]
    private var count = 0

    public init() {}

    public var entries: [Entry] {
        zones.values.flatMap(\.entries.values).sorted { ($0.apex, $0.client) < ($1.apex, $1.client) }
    }

    /// A new version of the zone is visible. Of those to be told of it each becomes a secondary that is looked after.
    public mutating func published(
        _ apex: DomainName, _ serial: SerialNumber, to clients: [IPAddress], now: Int64
    ) {
        guard zones[apex] != nil || !clients.isEmpty else { return }
        zones[apex, default: Followed(serial: serial, publishedAt: now)].serial = serial
        zones[apex]?.publishedAt = now
        for client in clients where zones[apex]?.entries[client.unmapped] == nil {
            insert(Entry(apex: apex, client: client.unmapped, lastSeen: now))
        }
        for client in zones[apex]?.entries.keys.map({ $0 }) ?? [] {
            zones[apex]?.entries[client]?.fallBehind(now)
        }
    }

    /// A client asked for the SOA record, or for the zone. Clients that are not known as secondaries are not noted.
    ///
    /// - Parameter serial: the version that the client has, as an IXFR request tells.
    public mutating func asked(
        _ apex: DomainName, by client: IPAddress, has serial: SerialNumber? = nil, now: Int64
    ) {
        guard let zone = zones[apex], var entry = zone.entries[client.unmapped] else { return }
        entry.lastSeen = now
        if let serial { entry.serial = serial }
        if !entry.hasAsked { entry.timeToAsk = now - zone.publishedAt }
        entry.hasAsked = true
        if entry.serial == zone.serial { entry.behindSince = nil }
        zones[apex]?.entries[client.unmapped] = entry
    }

    /// A version was sent to a client completely.
    public mutating func transferred(
        _ apex: DomainName, to client: IPAddress, _ serial: SerialNumber, now: Int64
    ) {
        let client = client.unmapped
        if zones[apex] == nil { zones[apex] = Followed(serial: serial, publishedAt: now) }
        if zones[apex]?.entries[client] == nil { insert(Entry(apex: apex, client: client, lastSeen: now)) }
        guard let zone = zones[apex], var entry = zone.entries[client] else { return }
        entry.lastSeen = now
        entry.serial = serial
        if zone.serial == serial {
            if entry.behindSince != nil { entry.timeToHold = now - zone.publishedAt }
            entry.behindSince = nil
        }
        zones[apex]?.entries[client] = entry
    }

    public mutating func zoneRemoved(_ apex: DomainName) {
        count -= zones.removeValue(forKey: apex)?.entries.count ?? 0
    }

    private mutating func insert(_ entry: Entry) {
        if count >= Self.maximumEntries {
            let all = zones.values.lazy.flatMap(\.entries.values)
            if let oldest = all.min(by: { $0.lastSeen < $1.lastSeen }) {
                zones[oldest.apex]?.entries[oldest.client] = nil
                count -= 1
            }
        }
        count += 1
        zones[entry.apex]?.entries[entry.client] = entry
    }
}

extension SecondaryLag.Entry {
    /// The zone has gone on.
    fileprivate mutating func fallBehind(_ now: Int64) {
        hasAsked = false
        if behindSince == nil { behindSince = now }
    }
}
