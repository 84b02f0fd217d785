public import DNSWire
public import DNSZones
import Dispatch
import Synchronization

/// A zone that is to be made.
public struct NewZone: Sendable {
    public var apex: DomainName
    public var origin: ZoneOrigin
    public var settings: ZoneSettings
    /// What `settings` were understood from. The store keeps it and does not look inside.
    public var settingsText: String
    /// Its records; nil for a secondary zone that was not transferred yet.
    public var tree: ZoneTree?

    public init(
        apex: DomainName, origin: ZoneOrigin, settings: ZoneSettings, settingsText: String, tree: ZoneTree?
    ) {
        self.apex = apex
        self.origin = origin
        self.settings = settings
        self.settingsText = settingsText
        self.tree = tree
    }
}

/// What there is to say about a zone.
public struct ZoneFigures: Sendable {
    public var zone: Zone
    public var origin: ZoneOrigin
    public var settingsText: String
    /// Seconds since 1970.
    public var created: Int64
    /// Nil: there is no data, or it is damaged.
    public var serial: SerialNumber?
    public var rrsets: Int
    public var records: Int
    /// Records with a lease.
    public var leases: Int
    /// Of the changes that are kept: how many, how large, and the serial that the first of them begins with.
    public var changes: Int
    public var journalOctets: Int
    public var oldestSerial: SerialNumber?
    /// Of the last snapshot.
    public var snapshotOctets: Int
    public var refresh: SecondaryState?
    /// Why the zone could not be read.
    public var damage: String?
}

/// Commands of the operator. They return when what they do is on the disk, and in effect; so they are not to be called on a
/// worker or on the commit queue.
extension ZoneStore {
    /// Makes a zone; its apex is kept in lower case.
    public func createZone(_ description: NewZone) throws(StoreError) -> Zone {
        try wait { inbox, completion in
            inbox.offer { $0.create(description, completion) }
        }
    }

    /// Makes zones, small ones together in one transaction. Each is made or refused by itself.
    ///
    /// - Throws: what was wrong with the first that could not be made, when all others are.
    public func createZones(_ descriptions: [NewZone]) throws(StoreError) {
        guard !descriptions.isEmpty else { return }
        let refused: StoreError? = try wait { inbox, completion in
            inbox.offer { committer in
                let outcome = Gathering(descriptions.count, completion)
                for description in descriptions { committer.create(description, outcome.add) }
            }
        }
        if let refused { throw refused }
    }

    /// The results of several, of which only failures matter.
    private final class Gathering: Sendable {
        private let state: Mutex<(missing: Int, refused: StoreError?)>
        private let completion: @Sendable (Result<StoreError?, StoreError>) -> Void

        init(_ count: Int, _ completion: @escaping @Sendable (Result<StoreError?, StoreError>) -> Void) {
            state = Mutex((count, nil))
            self.completion = completion
        }

        func add(_ result: Result<Zone, StoreError>) {
            let (missing, refused) = state.withLock { state in
                state.missing -= 1
                if case .failure(let error) = result, state.refused == nil { state.refused = error }
                return state
            }
            if missing == 0 { completion(.success(refused)) }
        }
    }

    /// Deletes a zone with everything that belongs to it.
    public func deleteZone(_ zone: Zone) throws(StoreError) {
        try perform { committer throws(StoreError) in try committer.delete(zone) }
    }

    /// Gives a zone other settings.
    ///
    /// - Parameter text: what `settings` were understood from.
    public func updateSettings(
        of zone: Zone, _ settings: ZoneSettings, text: String, origin: ZoneOrigin
    ) throws(StoreError) {
        try perform { committer throws(StoreError) in
            try committer.updateSettings(of: zone, settings, text: text, origin: origin)
        }
    }

    /// All zones, in canonical order.
    public func zoneFigures() throws(StoreError) -> [ZoneFigures] {
        let figures = try perform { committer throws(StoreError) in
            committer.zones.values.map(committer.figures(of:))
        }
        return figures.sorted { $0.zone.apex < $1.zone.apex }
    }

    /// What is known of the primary of a secondary zone.
    public func refreshState(of zone: Zone) throws(StoreError) -> SecondaryState? {
        try perform { committer throws(StoreError) in try committer.stored(zone).row.refresh }
    }

    // --- Keys ---

    /// The TSIG keys, by name. Does not wait for anything.
    public var keys: [StoredKey] { shared.keys.all }

    /// - Throws: also where there is a key of that name.
    public func addKey(_ key: StoredKey) throws(StoreError) {
        try perform { committer throws(StoreError) in try committer.add(key) }
    }

    public func removeKey(_ name: DomainName) throws(StoreError) {
        try perform { committer throws(StoreError) in try committer.removeKey(name) }
    }

    // --- Waiting ---

    private func perform<Value: Sendable>(
        _ body: @escaping @Sendable (Committer) throws(StoreError) -> Value
    ) throws(StoreError) -> Value {
        try wait { inbox, completion in
            inbox.offer { committer in
                do throws(StoreError) {
                    completion(.success(try body(committer)))
                } catch {
                    completion(.failure(error))
                }
            }
        }
    }

    /// - Parameter begin: has the completion called later; false when it will not be.
    private func wait<Value: Sendable>(
        _ begin: (Inbox, @escaping @Sendable (Result<Value, StoreError>) -> Void) -> Bool
    ) throws(StoreError) -> Value {
        let done = DispatchSemaphore(value: 0)
        let result = Outcome<Value>()
        let isBegun = begin(inbox) { value in
            result.value.withLock { $0 = value }
            done.signal()
        }
        guard isBegun else { throw StoreError("the state database is closed, or has too much to do") }
        done.wait()
        guard let value = result.value.withLock({ $0 }) else {
            throw StoreError("the state database is closed")
        }
        return try value.get()
    }

    private final class Outcome<Value: Sendable>: Sendable {
        let value = Mutex<Result<Value, StoreError>?>(nil)
    }
}

extension Committer {
    fileprivate func figures(of stored: StoredZone) -> ZoneFigures {
        let extent = journal.extent(zone: stored.row.id)
        return ZoneFigures(
            zone: stored.zone, origin: stored.row.origin, settingsText: stored.row.settings,
            created: stored.row.created, serial: stored.version?.serial,
            rrsets: stored.version?.tree.rrsetCount ?? 0, records: stored.version?.tree.recordCount ?? 0,
            leases: stored.leases.count, changes: extent.count, journalOctets: extent.octets,
            oldestSerial: extent.oldest, snapshotOctets: Int(clamping: stored.row.snapshot.octets),
            refresh: stored.row.refresh, damage: stored.damage)
    }
}
