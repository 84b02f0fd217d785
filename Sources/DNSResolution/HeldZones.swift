public import DNSCache
public import DNSWire

/// The zones that are held here, as a resolution asks about them. It is asked anew at every step and keeps nothing of what
/// it is told, so that what a zone says is what it says at that moment.
///
/// Zones are of class IN. Calls come from all workers and must not block.
public protocol HeldZones: Sendable {
    /// Who answers for a name. The type matters for DS, which is the parent's (RFC 4035 §2.4): at the apex of a held zone it
    /// is for the zone above to say, at a cut for the zone that is held.
    func place(of name: DomainName, _ qtype: RecordType) -> HeldPlace

    /// The addresses (type A or AAAA) that a name has for which a zone here answers; aliases are not followed.
    func addresses(of name: DomainName, _ type: RecordType) -> [IPAddress]
}

/// Who answers for a name.
public enum HeldPlace: Sendable {
    /// Whoever the tree says.
    case elsewhere
    /// A zone here.
    case held
    /// At or below a cut of a zone here: the servers of that delegation, with the glue that the zone has.
    case delegated(Delegation)

    /// The zone that it is delegated to.
    var cut: DomainName? {
        if case .delegated(let delegation) = self { delegation.zone } else { nil }
    }
}
