public import DNSWire

/// The keys of one zone with a trust anchor, followed as they come and go: the state machine of RFC 5011 §4.
///
/// Pure: it is told what was seen and when, and says what changed. All times are seconds since 1970.
///
///     Start ── NewKey ──▸ pending ── AddTime ──▸ valid ◂─ KeyPres ─ missing
///       ▴                    │                     │ └── KeyRem ──▸    │
///       └────── KeyRem ──────┘                     └─ RevBit ▸ revoked ◂ RevBit
///                                                               └── RemTime ──▸ removed
public struct TrustPoint: Sendable, Equatable {
    /// RFC 5011 §4.2. A key in its state Start is not held at all.
    public enum State: String, Sendable, CaseIterable {
        /// Seen, and not believed until it has been there for long enough (AddPend).
        case pending
        /// Believed.
        case valid
        /// Believed, though its owner took it away without revoking it.
        case missing
        /// Revoked by its owner; never believed again.
        case revoked
        /// Revoked, and gone since; kept so that it cannot come back.
        case removed

        public var isBelieved: Bool { self == .valid || self == .missing }
    }

    public struct Key: Sendable, Equatable {
        /// As it is without the REVOKE bit.
        public let key: DNSKey
        public internal(set) var state: State
        /// When it got into this state.
        public internal(set) var since: Int64
        /// When a validated DNSKEY RRset had it last, revoked or not.
        public internal(set) var lastSeen: Int64
        /// Believed because the operator says so, not because other keys vouched for it.
        public internal(set) var isConfigured: Bool
        /// When a pending key may become valid.
        public internal(set) var holdDownEnd: Int64
        /// Tags of the believed keys that vouched for a pending key when it was first seen (RFC 5011 §2.2).
        public internal(set) var witnesses: [UInt16]

        init(
            _ key: DNSKey, _ state: State, since: Int64, lastSeen: Int64, isConfigured: Bool = false,
            holdDownEnd: Int64 = 0, witnesses: [UInt16] = []
        ) {
            self.key = key
            self.state = state
            self.since = since
            self.lastSeen = lastSeen
            self.isConfigured = isConfigured
            self.holdDownEnd = holdDownEnd
            self.witnesses = witnesses
        }
    }

    /// A key that got into another state; nil is Start.
    public struct Change: Sendable, Equatable {
        public let zone: DomainName
        public let keyTag: UInt16
        public let from: State?
        public let to: State?

        /// Whether what was validated with the key has to go.
        public var endsBelief: Bool { from?.isBelieved == true && to?.isBelieved != true }
    }

    public let zone: DomainName
    /// What the operator says; the rest was learned from there on.
    public internal(set) var configured: TrustAnchor
    public internal(set) var keys: [Key]
    /// Configured DS records whose keys have not been seen yet.
    public internal(set) var signers: [DelegationSigner]
    /// When a DNSKEY RRset was validated last.
    public internal(set) var lastRefresh: Int64?
    /// When the DNSKEY RRset is to be asked for next.
    public internal(set) var nextRefresh: Int64
    /// Of the RRset validated last: its original TTL, and how long its signature was still good for. Seconds.
    public internal(set) var originalTTL: UInt32
    public internal(set) var signatureInterval: Int64

    /// RFC 5011 §2.4.1 and §2.4.2.
    static let holdDown: Int64 = 30 * day
    /// RFC 5011 §2.4.3 demands five; more than this is no zone that rolls its keys but one that fills tables.
    static let maximumKeys = 32
    private static let hour: Int64 = 3_600
    private static let day: Int64 = 86_400

    /// A zone of which nothing has been seen yet.
    public init(configured: TrustAnchor, at wall: Int64) {
        zone = configured.zone
        self.configured = configured
        signers = configured.signers
        keys = configured.keys.map {
            Key($0.unrevoked, .valid, since: wall, lastSeen: wall, isConfigured: true)
        }
        nextRefresh = wall
        originalTTL = 0
        signatureInterval = 0
    }

    init(
        saved configured: TrustAnchor, keys: [Key], signers: [DelegationSigner], lastRefresh: Int64?,
        nextRefresh: Int64, originalTTL: UInt32, signatureInterval: Int64
    ) {
        zone = configured.zone
        self.configured = configured
        self.keys = keys
        self.signers = signers
        self.lastRefresh = lastRefresh
        self.nextRefresh = nextRefresh
        self.originalTTL = originalTTL
        self.signatureInterval = signatureInterval
    }

    /// What is believed now. Nil when every key is revoked: then the zone is as if it had never had an anchor
    /// (RFC 5011 §5).
    public var anchor: TrustAnchor? {
        let believed = keys.filter(\.state.isBelieved).map(\.key)
        guard !believed.isEmpty || !signers.isEmpty else { return nil }
        return TrustAnchor(zone: zone, signers: signers, keys: believed)
    }
}

// --- Events ---

extension TrustPoint {
    /// A DNSKEY RRset of the zone that was received.
    public struct Observation: Sendable {
        /// Its zone keys of algorithms that can be checked here.
        public var keys: [DNSKey] = []
        /// Those of them whose signatures over the RRset verify.
        public var signers: Set<DNSKey> = []
        /// Configured DS records, and the key that each is of, without the REVOKE bit.
        public var matches: [DelegationSigner: DNSKey] = [:]
        /// Whether a key that is believed, and not revoked, vouches for the RRset.
        public var isValidated = false
        /// Seconds.
        public var originalTTL: UInt32 = 0
        /// Seconds until the signature expires.
        public var signatureInterval: Int64 = 0

        public init() {}
    }

    /// Goes through the state table with what was seen.
    public mutating func apply(_ observation: Observation, at wall: Int64) -> [Change] {
        let before = keys
        identify(observation, wall)
        revoke(observation, wall)
        guard observation.isValidated else {
            fail(at: wall)
            return changes(since: before)
        }
        keys = keys.compactMap { advanced($0, observation, wall) }
        addNew(observation, wall)
        lastRefresh = wall
        originalTTL = observation.originalTTL
        signatureInterval = max(0, observation.signatureInterval)
        nextRefresh = wall + refreshInterval
        return changes(since: before)
    }

    /// The DNSKEY RRset could not be had, or not be validated.
    public mutating func fail(at wall: Int64) {
        nextRefresh = wall + retryInterval
    }

    /// A configured DS is replaced by its key, once that has been seen: a digest tells a key for sure.
    private mutating func identify(_ observation: Observation, _ wall: Int64) {
        for (signer, key) in observation.matches where signers.contains(signer) {
            signers.removeAll { $0 == signer }
            let isNews: Bool
            if let index = keys.firstIndex(where: { $0.key == key }) {
                // The operator's word makes waiting needless; a revocation it does not undo.
                isNews = keys[index].state == .pending
                if isNews { keys.remove(at: index) }
            } else {
                isNews = true
            }
            if isNews { keys.append(Key(key, .valid, since: wall, lastSeen: wall, isConfigured: true)) }
        }
    }

    /// RevBit: the key itself says that it is not to be believed any more, and needs no other to vouch for that.
    private mutating func revoke(_ observation: Observation, _ wall: Int64) {
        for index in keys.indices where keys[index].state.isBelieved {
            let revoked = keys[index].key.revoked
            guard observation.keys.contains(revoked), observation.signers.contains(revoked) else { continue }
            keys[index].enter(.revoked, at: wall)
            keys[index].lastSeen = wall
        }
    }

    /// A key after a validated RRset; nil for one that is back in Start.
    private func advanced(_ key: Key, _ observation: Observation, _ wall: Int64) -> Key? {
        var key = key
        let isPresent = observation.keys.contains(key.key)
        if isPresent { key.lastSeen = wall }
        switch key.state {
        case .pending:
            guard isPresent, hasWitness(key) else { return nil }
            // First seen by a clock that was ahead: the waiting begins anew by the right one.
            if key.since > wall {
                key.holdDownEnd = wall + (key.holdDownEnd - key.since)
                key.since = wall
            }
            if wall >= key.holdDownEnd { key.enter(.valid, at: wall) }
        case .valid:
            if !isPresent { key.enter(.missing, at: wall) }
        case .missing:
            if isPresent { key.enter(.valid, at: wall) }
        case .revoked:
            if isPresent || observation.keys.contains(key.key.revoked) {
                key.lastSeen = wall
            } else if wall - key.lastSeen >= Self.holdDown {
                key.enter(.removed, at: wall)
            }
        case .removed:
            break
        }
        return key
    }

    /// Whether a key that vouched for a pending one is believed still (RFC 5011 §2.2).
    private func hasWitness(_ key: Key) -> Bool {
        keys.contains { $0.state.isBelieved && key.witnesses.contains($0.key.keyTag) }
    }

    private mutating func addNew(_ observation: Observation, _ wall: Int64) {
        let witnesses = keys.filter { $0.state.isBelieved && observation.signers.contains($0.key) }
            .map(\.key.keyTag)
        for key in observation.keys where key.isSecureEntryPoint && !key.isRevoked {
            guard !keys.contains(where: { $0.key == key }), makeRoom() else { continue }
            // RFC 5011 §2.4.1: at least two RRsets have to be seen.
            let wait = max(Self.holdDown, Int64(observation.originalTTL))
            keys.append(
                Key(
                    key, .pending, since: wall, lastSeen: wall, holdDownEnd: wall + wait,
                    witnesses: witnesses))
        }
    }

    /// Whether one more key can be held; what is removed goes first, the oldest of it.
    private mutating func makeRoom() -> Bool {
        guard keys.count >= Self.maximumKeys else { return true }
        let removed = keys.indices.filter { keys[$0].state == .removed }
        guard let oldest = removed.min(by: { keys[$0].since < keys[$1].since }) else { return false }
        keys.remove(at: oldest)
        return true
    }

    private func changes(since before: [Key]) -> [Change] {
        var changes: [Change] = []
        for old in before {
            let new = keys.first { $0.key == old.key }
            guard new?.state != old.state || isRestarted(old, new) else { continue }
            changes.append(
                Change(zone: zone, keyTag: old.key.keyTag, from: old.state, to: new?.state))
        }
        for new in keys where !before.contains(where: { $0.key == new.key }) {
            changes.append(Change(zone: zone, keyTag: new.key.keyTag, from: nil, to: new.state))
        }
        return changes
    }

    /// A pending key that lost its witnesses and waits anew.
    private func isRestarted(_ old: Key, _ new: Key?) -> Bool {
        guard let new, old.state == .pending, new.state == .pending else { return false }
        return old.witnesses != new.witnesses
    }
}

extension TrustPoint.Key {
    fileprivate mutating func enter(_ state: TrustPoint.State, at wall: Int64) {
        self.state = state
        since = wall
    }
}

// --- When to ask ---

extension TrustPoint {
    /// RFC 5011 §2.3: MAX(1 h, MIN(15 d, original TTL / 2, signature's rest / 2)).
    var refreshInterval: Int64 {
        max(Self.hour, min(15 * Self.day, Int64(originalTTL) / 2, signatureInterval / 2))
    }

    /// RFC 5011 §2.3: MAX(1 h, MIN(1 d, original TTL / 10, signature's rest / 10)).
    var retryInterval: Int64 {
        max(Self.hour, min(Self.day, Int64(originalTTL) / 10, signatureInterval / 10))
    }

    /// Seconds until the DNSKEY RRset is to be asked for; 0: now. Nil for a zone that has no key left.
    ///
    /// A time further off than any interval was set by a clock that was ahead.
    public func wait(at wall: Int64) -> Int64? {
        guard anchor != nil else { return nil }
        let wait = nextRefresh - wall
        return wait > 15 * Self.day ? 0 : max(0, wait)
    }
}

// --- Another configuration ---

extension TrustPoint {
    /// Follows a change of what the operator says. A key that was revoked stays so.
    ///
    /// What is new is believed at once, and what is gone no more. What was learned stays, unless nothing is left of
    /// what it was learned from.
    public mutating func configure(_ anchor: TrustAnchor, at wall: Int64) {
        guard anchor != configured else { return }
        let isUnrelated =
            Set(anchor.keys).isDisjoint(with: configured.keys)
            && Set(anchor.signers).isDisjoint(with: configured.signers)
        let dead = keys.filter { $0.state == .revoked || $0.state == .removed }.map(\.key)
        let added = anchor.signers.filter { signer in
            !configured.signers.contains(signer) && !dead.contains(where: signer.mayName)
        }
        signers = signers.filter { anchor.signers.contains($0) } + added
        keys.removeAll { key in
            guard key.state != .revoked, key.state != .removed else { return false }
            return key.isConfigured ? !anchor.mayName(key.key) : isUnrelated
        }
        for key in anchor.keys.map(\.unrevoked) {
            if let index = keys.firstIndex(where: { $0.key == key }) {
                keys[index].isConfigured = true
                guard keys[index].state == .pending else { continue }
                keys.remove(at: index)
            }
            keys.append(Key(key, .valid, since: wall, lastSeen: wall, isConfigured: true))
        }
        configured = anchor
        nextRefresh = wall
    }
}

extension TrustAnchor {
    /// Whether `key` is one of the keys, or may be the one of a DS record.
    fileprivate func mayName(_ key: DNSKey) -> Bool {
        keys.contains(key) || signers.contains { $0.mayName(key) }
    }
}

extension DelegationSigner {
    fileprivate func mayName(_ key: DNSKey) -> Bool { keyTag == key.keyTag && algorithm == key.algorithm }
}
