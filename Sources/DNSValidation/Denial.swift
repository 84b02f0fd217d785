public import DNSWire

/// Verified NSEC and NSEC3 RRsets of one zone: what shows that a name or a type does not exist.
public struct Denial: Sendable {
    public let zone: DomainName
    /// Each with its TTL capped by its signature.
    public let rrsets: [RRset]
    let nextSecures: NextSecureProof
    /// One for each set of parameters: a zone that changes them has two chains for a while (RFC 5155 §8.2).
    let hashedProofs: [NextSecure3Proof]
    /// Why an RRset that was offered is not among them: the first reason, for where a proof then lacks something.
    let failure: ValidationFailure?

    /// - Parameters:
    ///   - rrsets: RRsets that `Validator.verify` found secure with the keys of `zone`, the signature that holds first
    ///     among those of each. What cannot serve as a proof nevertheless is left out.
    public init(zone: DomainName, verified rrsets: [RRset]) {
        self.init(zone: zone, verified: rrsets, failure: nil)
    }

    init(zone: DomainName, verified rrsets: [RRset], failure: ValidationFailure?) {
        var failure = failure
        var used: [RRset] = []
        var nextSecures: [NextSecureProof.Link] = []
        var chains: [(parameters: NextSecure3Parameters, links: [NextSecure3Proof.Link])] = []
        for rrset in rrsets {
            do throws(UnfitForDenial) {
                switch try DenialRecord(rrset, of: zone) {
                case .name(let link):
                    nextSecures.append(link)
                case .hash(let link, let parameters):
                    let index = chains.firstIndex { $0.parameters == parameters } ?? chains.count
                    if index == chains.count { chains.append((parameters, [])) }
                    chains[index].links.append(link)
                }
                used.append(rrset)
            } catch {
                failure = failure ?? ValidationFailure(.denial, rrset.ownerName, .bogus, error.reason)
            }
        }
        self.zone = zone
        self.rrsets = used
        self.nextSecures = NextSecureProof(zone: zone, links: nextSecures)
        hashedProofs = chains.map { NextSecure3Proof(zone: zone, parameters: $0.parameters, links: $0.links) }
        self.failure = failure
    }
}

/// One RRset of a denial.
private enum DenialRecord {
    case name(NextSecureProof.Link)
    case hash(NextSecure3Proof.Link, NextSecure3Parameters)

    init(_ rrset: RRset, of zone: DomainName) throws(UnfitForDenial) {
        guard rrset.ownerName.isSubdomain(of: zone) else {
            throw UnfitForDenial("its owner is not in the zone \(zone)")
        }
        // A wildcard's record speaks of the wildcard, not of the name that it was expanded to (RFC 4035 §5.4).
        guard let signature = rrset.signatures.first.flatMap({ Signature($0) }), signature.signer == zone,
            signature.labelCount == rrset.ownerName.signedLabelCount
        else { throw UnfitForDenial("it is not signed by \(zone) for this name") }
        guard rrset.rdatas.count == 1 else { throw UnfitForDenial("there is more than one record of it") }
        if rrset.type == .nsec {
            self = .name(try NextSecureProof.Link(rrset.ownerName, rrset.rdatas[0], zone))
        } else {
            self = try Self.hashed(rrset, zone)
        }
    }

    private static func hashed(_ rrset: RRset, _ zone: DomainName) throws(UnfitForDenial) -> Self {
        guard rrset.type == .nsec3, let record = NextSecure3(rrset.rdatas[0]) else {
            throw UnfitForDenial("it is no denial record that can be read")
        }
        return .hash(try NextSecure3Proof.Link(rrset.ownerName, record, zone), record.parameters)
    }
}

/// Why a verified RRset proves nothing.
struct UnfitForDenial: Error {
    let reason: String
    init(_ reason: String) { self.reason = reason }
}

/// What is to be proven of a name.
enum DenialClaim: Hashable {
    /// Neither it nor a wildcard that covers it exists.
    case noName
    /// It, or the wildcard it falls under, has no data of the type.
    case noData(RecordType)
    /// Nothing closer to it exists than what the wildcard stands below.
    case expansion(of: DomainName)
}

/// What denial records have to say to a claim.
enum DenialFinding {
    case proven(isOptOut: Bool, evidence: DenialEvidence)
    case unproven(String)
}

/// What denial records have to say of a zone cut.
enum CutFinding {
    case unsignedDelegation(DenialEvidence)
    case optOut(DenialEvidence)
    case noDelegation(DenialEvidence)
    case noName(DenialEvidence)
    case unproven(String)
}

extension TypeSet {
    /// The parent's side of a zone cut (RFC 6840 §4.1): says nothing of what is below it.
    var isAboveCut: Bool { contains(.ns) && !contains(.soa) }

    /// Whether names below the owner may exist in another zone or by another rule, so that their absence here means
    /// nothing (RFC 6840 §4.1, RFC 5155 §8.3).
    var hidesDescendants: Bool { isAboveCut || contains(.dname) }

    /// Why this set, all the types at `name`, does not show that there is no data of `type`; nil when it does.
    func objection(toNoData type: RecordType, at name: DomainName) -> String? {
        if type != .ds, isAboveCut {
            return "its denial record is the one of the zone above (RFC 6840 §4.1)"
        }
        // An alias has an answer for every type (RFC 6840 §4.3).
        if contains(.cname) { return "its denial record lists CNAME" }
        if type == .any, !isEmptyButForDenial { return "its denial record lists types" }
        if type == .ds { return objectionToNoSigner(at: name) }
        return contains(type) ? "its denial record lists \(type)" : nil
    }

    /// The same for what the zone above says of a cut.
    func objectionToNoSigner(at name: DomainName) -> String? {
        if contains(.soa), !name.isRoot {
            return "its denial record is the one of the zone below (RFC 4035 §5.2)"
        }
        return contains(.ds) ? "its denial record lists DS" : nil
    }

    private var isEmptyButForDenial: Bool { isSubset(of: [.nsec, .rrsig]) }
}
