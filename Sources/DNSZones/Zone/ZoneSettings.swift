public import DNSWire

/// What may be done with a zone, and by whom. The configuration, or the command that made the zone, says it.
public struct ZoneSettings: Sendable, Hashable {
    public enum Role: Sendable, Hashable {
        case primary
        /// Of these, the first that answers.
        case secondary([PrimaryServer])
    }

    public var role = Role.primary
    /// Whether questions are answered from it. A zone that is not is kept, and that is all.
    public var isServed = true
    public var serial = SerialPolicy.increment
    /// Who may ask for its names, beside the clients that may use recursion.
    public var queryNetworks: [IPNetwork] = []
    /// Who may change it.
    public var updatePolicy = UpdatePolicy()
    /// Who may have all of it (RFC 5936 §5); by default nobody.
    public var transferAccess = TransferAccess()
    /// Who is told of changes (RFC 1996), beside nobody.
    public var notified: [NotifyTarget] = []
    /// How many changes are kept for IXFR.
    public var journal = JournalRetention()
    /// Secondary: whether UPDATE is forwarded to the primary.
    public var forwardsUpdates = false
    /// Nil: it is no catalog of zones.
    public var catalog: CatalogRole?

    public init() {}
}

/// What a zone is as a catalog of zones (RFC 9432).
public enum CatalogRole: Sendable, Hashable {
    /// It lists zones that are held here: these; without any, all primary zones but catalogs.
    case producer([DomainName])
    /// The zones that it lists are held here as secondary zones.
    case consumer
}

/// Whom a secondary zone comes from.
public struct PrimaryServer: Sendable, Hashable {
    public var address: SocketAddress
    /// The TSIG key that requests are signed with.
    public var key: DomainName?
    /// Over TLS (RFC 9103), and whom the server has to prove itself to be.
    public var encryption: EncryptedServer?

    public init(address: SocketAddress, key: DomainName? = nil, encryption: EncryptedServer? = nil) {
        self.address = address
        self.key = key
        self.encryption = encryption
    }
}

public struct NotifyTarget: Sendable, Hashable {
    public var address: SocketAddress
    public var key: DomainName?

    public init(address: SocketAddress, key: DomainName? = nil) {
        self.address = address
        self.key = key
    }
}

/// Who may transfer a zone: a signer among `keys`, or a client in `networks` (either is enough).
public struct TransferAccess: Sendable, Hashable {
    public var keys: Set<DomainName> = []
    public var networks: [IPNetwork] = []
    /// Whether only streams over TLS will do (RFC 9103 §10).
    public var requiresTLS = false

    public init() {}

    /// - Parameter key: the name of the key that signed the request, where one did.
    public func permits(_ client: IPAddress, key: DomainName?, isEncrypted: Bool) -> Bool {
        guard isEncrypted || !requiresTLS else { return false }
        return key.map(keys.contains) == true || networks.contains(client.unmapped)
    }
}
