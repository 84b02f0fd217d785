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
        var lastSeen: Int64
        /// Whether it has asked since the last publication.
        var hasAsked = false
    }

    private struct Key: Sendable, Hashable {
        let apex: DomainName
        let client: IPAddress
    }

    private struct Publication: Sendable {
        var serial: SerialNumber
        var time: Int64
    }

    /// Many fleets; when there are more, those go that were not seen for longest.
    static let maximumEntries = 4_096

    private var entriesByKey: [Key: Entry] = [:]
    private var publications: [DomainName: Publication] = [:]

    public init() {}

    public var entries: [Entry] {
        entriesByKey.values.sorted { ($0.apex, $0.client) < ($1.apex, $1.client) }
    }

    /// A new version of the zone is visible. Of those to be told of it each becomes a secondary that is looked after.
    public mutating func published(
        _ apex: DomainName, _ serial: SerialNumber, to clients: [IPAddress], now: Int64
    ) {
        for client in clients where entriesByKey[Key(apex: apex, client: client.unmapped)] == nil {
            insert(Entry(apex: apex, client: client.unmapped, lastSeen: now))
        }
        var isFollowed = false
        for key in entriesByKey.keys where key.apex == apex {
            isFollowed = true
            guard entriesByKey[key]?.serial != serial else { continue }
            entriesByKey[key]?.hasAsked = false
            if entriesByKey[key]?.behindSince == nil { entriesByKey[key]?.behindSince = now }
        }
        publications[apex] = isFollowed ? Publication(serial: serial, time: now) : nil
    }

    /// A client asked for the SOA record, or for the zone. Clients that are not known as secondaries are not noted.
    ///
    /// - Parameter serial: the version that the client has, as an IXFR request tells.
    public mutating func asked(
        _ apex: DomainName, by client: IPAddress, has serial: SerialNumber? = nil, now: Int64
    ) {
        let key = Key(apex: apex, client: client.unmapped)
        guard var entry = entriesByKey[key] else { return }
        entry.lastSeen = now
        if let serial { entry.serial = serial }
        if let publication = publications[apex] {
            if !entry.hasAsked { entry.timeToAsk = now - publication.time }
            if entry.serial == publication.serial { entry.behindSince = nil }
        }
        entry.hasAsked = true
        entriesByKey[key] = entry
    }

    /// A version was sent to a client completely.
    public mutating func transferred(
        _ apex: DomainName, to client: IPAddress, _ serial: SerialNumber, now: Int64
    ) {
        let key = Key(apex: apex, client: client.unmapped)
        if entriesByKey[key] == nil { insert(Entry(apex: apex, client: client.unmapped, lastSeen: now)) }
        guard var entry = entriesByKey[key] else { return }
        entry.lastSeen = now
        entry.serial = serial
        if let publication = publications[apex], publication.serial == serial {
            if entry.behindSince != nil { entry.timeToHold = now - publication.time }
            entry.behindSince = nil
        }
        entriesByKey[key] = entry
    }

    public mutating func zoneRemoved(_ apex: DomainName) {
        publications[apex] = nil
        entriesByKey = entriesByKey.filter { $0.key.apex != apex }
    }

    private mutating func insert(_ entry: Entry) {
        if entriesByKey.count >= Self.maximumEntries,
            let oldest = entriesByKey.min(by: { $0.value.lastSeen < $1.value.lastSeen })
        {
            entriesByKey[oldest.key] = nil
        }
        entriesByKey[Key(apex: entry.apex, client: entry.client)] = entry
    }
}
