public import DNSWire

/// One rule of an update policy. Its text is one line:
///
///     grant|deny WHO WHICH [NAME] [TYPE ...]
///
/// WHO is a key, a network, or a key in a network, and both must fit:
///
///     laptop.             the key of this name: of TSIG, or of the KEY record that a SIG(0) was made with
///     *.dyn.example.      any key whose name is below this one
///     *                   any key; in a denial anybody, with a key or without
///     @192.0.2.0/24       whoever comes from this network
///     laptop.@10.0.0.0/8  this key, and from this network only
///     @*                  anybody
///
/// WHICH says what names the rule is about:
///
///     name NAME           this one
///     subdomain NAME      this one and all below
///     wildcard *.NAME     all below, not NAME itself
///     zonesub             all of the zone
///     self                the name of the key
///     selfsub             the name of the key and all below
///     selfwild            all below the name of the key
///     tcp-self            the reverse name of the client's address, over TCP or TLS only
///     6to4-self           the reverse name of the /48 that 6to4 makes of the client's address (RFC 3056), the same
///
/// A name behind the kinds that take none is read over, as BIND's rules have one there.
///
/// TYPEs are mnemonics, each with a limit where wanted: `PTR(1)` lets an RRset grow to one record. `ANY` is all types. Without
/// types a grant is for all but NS, SOA, RRSIG, NSEC and NSEC3, and a denial for all: what is left open is read narrowly in a grant
/// and widely in a denial.
///
///     grant dhcp. subdomain dyn.example. A AAAA DHCID
///     deny * name www.example.
///     grant *.dyn.example. self A AAAA
///     grant @192.0.2.0/24 tcp-self PTR(1)
public struct UpdateRule: Sendable, Hashable {
    public enum Signer: Sendable, Hashable {
        /// Signed or not.
        case anyone
        /// To grant, any key; to deny, the same as `anyone`.
        case any
        case key(DomainName)
        /// A key whose name is below this one.
        case keysBelow(DomainName)
    }

    public enum Names: Sendable, Hashable {
        case name(DomainName)
        case subdomain(DomainName)
        /// What the wildcard stands for: all names below its parent.
        case wildcard(DomainName)
        case zonesub
        case selfName
        case selfsub
        case selfwild
        case tcpSelf
        case sixToFourSelf
    }

    public enum Types: Sendable, Hashable {
        /// A grant: all but those that shape the zone. A denial: all.
        case byDefault
        case any
        case listed([ListedType])
    }

    public struct ListedType: Sendable, Hashable {
        public var type: RecordType
        /// How many records an RRset may grow to; nil for no limit of its own.
        public var maximumRecords: Int?

        public init(_ type: RecordType, maximumRecords: Int? = nil) {
            self.type = type
            self.maximumRecords = maximumRecords
        }
    }

    public var isGrant: Bool
    public var signer: Signer
    /// Where the request must come from; nil for anywhere.
    public var network: IPNetwork?
    public var names: Names
    public var types: Types

    public init(
        isGrant: Bool, _ signer: Signer, from network: IPNetwork? = nil, _ names: Names,
        _ types: Types = .byDefault
    ) {
        self.isGrant = isGrant
        self.signer = signer
        self.network = network
        self.names = names
        self.types = types
    }
}

// --- Matching ---

extension UpdateRule {
    /// Whether the rule is about this requestor at all, whatever the name and type.
    func concerns(_ requestor: Requestor) -> Bool {
        let isSigner =
            switch signer {
            case .anyone: true
            case .any: requestor.key != nil || !isGrant
            case .key(let name): requestor.key == name
            case .keysBelow(let name): requestor.key?.isProperSubdomain(of: name) == true
            }
        guard isSigner, network?.contains(requestor.address) != false else { return false }
        switch names {
        case .selfName, .selfsub, .selfwild: return requestor.key != nil
        case .tcpSelf, .sixToFourSelf: return requestor.isStream
        default: return true
        }
    }

    /// Whether it is about this requestor and this name, which is in the zone.
    func concerns(_ requestor: Requestor, _ name: DomainName) -> Bool {
        guard concerns(requestor) else { return false }
        switch names {
        case .name(let only): return name == only
        case .subdomain(let top): return name.isSubdomain(of: top)
        case .wildcard(let wildcard): return wildcard.parent.map(name.isProperSubdomain) == true
        case .zonesub: return true
        case .selfName: return name == requestor.key
        case .selfsub: return requestor.key.map(name.isSubdomain) == true
        case .selfwild: return requestor.key.map(name.isProperSubdomain) == true
        case .tcpSelf: return name == requestor.address.reverseName
        case .sixToFourSelf: return name == requestor.address.sixToFourReverseName
        }
    }

    func covers(_ type: RecordType) -> Bool {
        switch types {
        case .any: true
        case .byDefault: !isGrant || !type.shapesZone
        case .listed(let listed): listed.contains { $0.type == type }
        }
    }

    var coversAllTypes: Bool { types == .any || types == .byDefault && !isGrant }

    /// How many records an RRset of this type may grow to.
    func maximumRecords(of type: RecordType) -> Int? {
        guard case .listed(let listed) = types else { return nil }
        return listed.first { $0.type == type }?.maximumRecords
    }
}

extension RecordType {
    /// What no grant is for that does not say so: delegations, the zone itself and its signatures.
    fileprivate var shapesZone: Bool {
        self == .ns || self == .soa || self == .rrsig || self == .nsec || self == .nsec3
    }
}

extension IPAddress {
    /// The name of the 48 bits that are the client's by 6to4 (RFC 3056 §2): 2002 and its IPv4 address.
    fileprivate var sixToFourReverseName: DomainName? {
        let address = family == .ipv4 ? IPAddress(ipv6: 0x2002 << 112 | bits << 80) : self
        return address.bits >> 112 == 0x2002 ? address.reverseName(prefixLength: 48) : nil
    }
}
