import DNSCrypto
import DNSWire

// Proofs that something is not there, from the NSEC or NSEC3 records that a signed zone came with. Where one that is needed is
// not in the zone, it is left out.

extension ZoneLookup {
    private enum Method {
        case nextSecure
        case nextSecure3(NextSecure3Parameters)
    }

    /// How the zone proves things; nil for one that is not signed.
    private var method: Method? {
        let apex = version.apexName
        if apex.contains(.nsec) { return .nextSecure }
        guard let packed = apex.first(.nsec3param) else { return nil }
        return apex.rdatas(packed).lazy.compactMap { NextSecure3Parameters($0) }
            .first {
                $0.hashAlgorithm == NextSecure3Parameters.sha1 && $0.iterations <= Self.maximumIterations
            }
            .map { .nextSecure3($0) }
    }

    /// No such name: RFC 4035 §3.1.3.2, RFC 5155 §7.2.2.
    mutating func denyName(_ name: DomainName, _ encloser: DomainName) {
        switch method {
        case .nextSecure:
            add(covering: PackedName(name))
            add(covering: PackedName(encloser).wildcard)
        case .nextSecure3(let parameters):
            let proven = proveEncloser(encloser, of: name, parameters) ?? encloser
            if let wildcard = proven.prepending(label: [UInt8(ascii: "*")]) {
                add(coveringHashOf: wildcard, parameters)
            }
        case nil:
            break
        }
    }

    /// The name exists, and has nothing of the type: RFC 4035 §3.1.3.1, RFC 5155 §7.2.3, §7.2.4.
    ///
    /// - Parameter found: nil for an empty non-terminal.
    mutating func denyData(at name: DomainName, _ found: PackedName?) {
        switch method {
        case .nextSecure:
            if let found { add(.nsec, of: found) } else { add(covering: PackedName(name)) }
        case .nextSecure3(let parameters):
            proveData(at: name, parameters)
        case nil:
            break
        }
    }

    /// A wildcard stands for the name, and has nothing of the type: RFC 4035 §3.1.3.4, RFC 5155 §7.2.5.
    ///
    /// - Parameter wildcard: nil where it is an empty non-terminal.
    mutating func denyData(of wildcard: PackedName?, for name: DomainName, _ encloser: DomainName) {
        switch method {
        case .nextSecure:
            add(covering: PackedName(name))
            if let wildcard {
                add(.nsec, of: wildcard)
            } else {
                add(covering: PackedName(encloser).wildcard)
            }
        case .nextSecure3(let parameters):
            proveEncloser(encloser, of: name, parameters)
            if let wildcard = encloser.prepending(label: [UInt8(ascii: "*")]) {
                add(matchingHashOf: wildcard, parameters)
            }
        case nil:
            break
        }
    }

    /// A wildcard answered for the name: nothing is closer (RFC 4035 §3.1.3.3, RFC 5155 §7.2.6).
    mutating func denyCloser(than encloser: DomainName, _ name: DomainName) {
        switch method {
        case .nextSecure:
            add(covering: PackedName(name))
        case .nextSecure3(let parameters):
            add(coveringHashOf: name.suffix(encloser.labelCount + 1), parameters)
        case nil:
            break
        }
    }

    /// A delegation without DS: RFC 4035 §3.1.4, RFC 5155 §7.2.7.
    mutating func denySigners(at cut: PackedName) {
        switch method {
        case .nextSecure: add(.nsec, of: cut)
        case .nextSecure3(let parameters): proveData(at: cut.name, parameters)
        case nil: break
        }
    }

    /// Adds a proof, once.
    @discardableResult
    private mutating func add(_ type: RecordType, of found: PackedName) -> Bool {
        guard let packed = found.first(type) else { return false }
        let rrset = found.unpacked(packed, withSignatures: true)
        let isKnown = answer.authorities.contains { $0.type == type && $0.ownerName == rrset.ownerName }
        if !isKnown { answer.authorities.append(rrset) }
        return true
    }
}

// --- NSEC ---

extension ZoneLookup {
    /// Adds the NSEC of the last signed name before `key`, which names one behind it.
    private mutating func add(covering key: PackedName) {
        guard let before = version.tree.names.predecessor(key) else { return }
        // Names behind a cut or a DNAME have none; the cut has the one that skips them (RFC 4035 §2.3).
        if !add(.nsec, of: before), let occluder = version.occluder(of: before) { add(.nsec, of: occluder) }
    }
}

// --- NSEC3 ---

extension ZoneLookup {
    /// NSEC3 records of other parameters that are passed over: a zone has two chains while it changes from one to the other.
    private static let maximumForeignLinks = 16

    /// The closest encloser proof of RFC 5155 §7.2.1. Where the encloser has no record, because what is below it opted out, it
    /// is that of the closest one that has (§7.2.4), which is given.
    @discardableResult
    private mutating func proveEncloser(
        _ encloser: DomainName, of name: DomainName, _ parameters: NextSecure3Parameters
    ) -> DomainName? {
        var candidate: DomainName? = encloser
        while let current = candidate, current.isSubdomain(of: version.apex), hashesLeft > 0 {
            if add(matchingHashOf: current, parameters) {
                add(coveringHashOf: name.suffix(current.labelCount + 1), parameters)
                return current
            }
            candidate = current.parent
        }
        return nil
    }

    /// The record of the name itself, or that of the span in which it opted out.
    private mutating func proveData(at name: DomainName, _ parameters: NextSecure3Parameters) {
        if !add(matchingHashOf: name, parameters), let parent = name.parent {
            proveEncloser(parent, of: name, parameters)
        }
    }

    @discardableResult
    private mutating func add(matchingHashOf name: DomainName, _ parameters: NextSecure3Parameters) -> Bool {
        guard let key = hashedOwner(of: name, parameters), let found = version.tree.names.find(key),
            found.links(with: parameters)
        else { return false }
        return add(.nsec3, of: found)
    }

    private mutating func add(coveringHashOf name: DomainName, _ parameters: NextSecure3Parameters) {
        guard var key = hashedOwner(of: name, parameters) else { return }
        let tree = version.tree
        for _ in 0..<Self.maximumForeignLinks {
            // The last names the first.
            guard let before = tree.hashedOwners.predecessor(key) ?? tree.hashedOwners.last,
                let found = tree.names.find(before)
            else { return }
            if found.links(with: parameters) {
                add(.nsec3, of: found)
                return
            }
            key = before
        }
    }

    private mutating func hashedOwner(
        of name: DomainName, _ parameters: NextSecure3Parameters
    ) -> PackedName? {
        guard hashesLeft > 0 else { return nil }
        hashesLeft -= 1
        return NextSecure3Hash.hash(name, parameters)
            .flatMap { NextSecure3.ownerName(of: $0, in: version.apex) }
            .map { PackedName($0) }
    }
}

extension PackedName {
    /// Whether the name owns an NSEC3 record of these parameters.
    fileprivate func links(with parameters: NextSecure3Parameters) -> Bool {
        first(.nsec3).map { rdatas($0).contains { NextSecure3Parameters($0) == parameters } } ?? false
    }
}
