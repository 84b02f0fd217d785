import DNSWire

// --- Apply ---

extension UpdateMessage {
    /// Makes the changes on the draft, all of them or none.
    ///
    /// The rights of the requestor are looked at before the prerequisites, so that nobody learns from them who may change
    /// nothing (the reverse of RFC 2136 §3.2 and §3.3). A message without changes needs somebody who could be granted
    /// something.
    ///
    /// With the first change that a draft sees its serial moves on by `serial`: `ZoneDraft.finished` keeps it. So one step is
    /// made for all messages of a batch, and one that requires the SOA which its sender has read (§5.7) fails where a message
    /// before it, in the same batch, has changed the zone.
    ///
    /// - Parameter wall: seconds since 1970, from which leases count.
    public func apply(
        to draft: inout ZoneDraft, by requestor: Requestor, policy: UpdatePolicy,
        serial: SerialPolicy = .increment, wall: Int64
    ) -> UpdateResult {
        guard zone == draft.apex, zoneClass == .internet else { return UpdateResult(.notAuth) }
        do throws(UpdateRefusal) {
            let limits = try permission(for: requestor, policy, draft.tree)
            if let failure = prerequisites.firstFailure(in: draft.tree) {
                return UpdateResult(failure.responseCode, error: failure.prerequisite.extendedError)
            }
            let lease = requestedLease.map { LeaseTerms($0, policy.leases, wall: wall) }
            let outcomes = try outcomes(draft, lease, limits)
            var result = UpdateResult(.noError)
            result.lease = lease?.granted
            result.isChanged = draft.take(outcomes, serial: serial, wall: wall)
            return result
        } catch {
            return UpdateResult(error)
        }
    }

    /// What becomes of each name. Names do not depend on each other, so each takes its changes in one go.
    private func outcomes(
        _ draft: ZoneDraft, _ lease: LeaseTerms?, _ limits: RecordLimits
    ) throws(UpdateRefusal) -> [NameEdit.Outcome] {
        var outcomes: [NameEdit.Outcome] = []
        var growth = 0
        for (name, operations) in operationsByName {
            var edit = NameEdit(name, in: draft)
            for operation in operations { edit.apply(operation, lease: lease) }
            if let excess = edit.excess(over: limits[name] ?? [:]) {
                throw UpdateRefusal("\(excess) at \(name)", forClient: excess)
            }
            growth += edit.growth
            outcomes.append(edit.outcome)
        }
        guard growth <= 0 || draft.tree.recordCount + growth <= UpdateLimits.recordsOfZone else {
            throw UpdateRefusal("more than \(UpdateLimits.recordsOfZone) records in the zone")
        }
        return outcomes
    }

    private var operationsByName: [(name: DomainName, operations: [UpdateOperation])] {
        var groups: [(name: DomainName, operations: [UpdateOperation])] = []
        var places: [DomainName: Int] = [:]
        for operation in operations {
            if let place = places[operation.ownerName] {
                groups[place].operations.append(operation)
            } else {
                places[operation.ownerName] = groups.count
                groups.append((operation.ownerName, [operation]))
            }
        }
        return groups
    }
}

extension Prerequisite {
    /// Which of them it was; who gets this may change something in the zone.
    fileprivate var extendedError: ExtendedError {
        ExtendedError(.other, String("required: \(self)".prefix(UpdateRefusal.maximumClientText)))
    }
}

// --- Permission ---

extension UpdateMessage {
    /// How many records RRsets may grow to by the rules that granted their changes.
    private typealias RecordLimits = [DomainName: [RecordType: Int]]

    /// RFC 2136 §3.3. Throws where one change is not granted.
    private func permission(
        for requestor: Requestor, _ policy: UpdatePolicy, _ tree: ZoneTree
    ) throws(UpdateRefusal) -> RecordLimits {
        guard policy.mayPermit(requestor) else { throw UpdateRefusal("no rule grants anything") }
        var limits = RecordLimits()
        for operation in operations {
            switch operation {
            case .add(let record):
                let verdict = try permission(for: requestor, policy, record.ownerName, record.type)
                if let maximum = verdict.maximumRecords {
                    limits[record.ownerName, default: [:]][record.type] = maximum
                }
            case .deleteRRset(let name, let type), .deleteRecord(let name, let type, _):
                _ = try permission(for: requestor, policy, name, type)
            case .deleteName(let name):
                try permissionToDelete(name, for: requestor, policy, tree)
            }
        }
        return limits
    }

    @discardableResult
    private func permission(
        for requestor: Requestor, _ policy: UpdatePolicy, _ name: DomainName, _ type: RecordType
    ) throws(UpdateRefusal) -> UpdatePolicy.Verdict {
        let verdict = policy.verdict(requestor, name, type)
        guard verdict.isGranted else { throw UpdateRefusal(name, type, verdict) }
        return verdict
    }

    /// Who deletes all RRsets of a name must be granted every type that is there. Even where there is none he must be granted
    /// something at the name, or he could find out what exists.
    private func permissionToDelete(
        _ name: DomainName, for requestor: Requestor, _ policy: UpdatePolicy, _ tree: ZoneTree
    ) throws(UpdateRefusal) {
        guard policy.mayPermit(requestor, at: name) else {
            throw UpdateRefusal("no rule grants anything at \(name)")
        }
        for rrset in tree.rrsets(at: name) where !rrset.type.isMadeBySigner {
            // These stay at the apex (§3.4.2.3).
            if name == zone, rrset.type == .soa || rrset.type == .ns { continue }
            try permission(for: requestor, policy, name, rrset.type)
        }
    }
}

// --- Draft ---

extension ZoneDraft {
    /// Puts what has changed in the place of what was. Returns whether any record did.
    @discardableResult
    mutating func take(_ outcomes: [NameEdit.Outcome], serial policy: SerialPolicy, wall: Int64) -> Bool {
        var isChanged = false
        for outcome in outcomes {
            for rrset in outcome.rrsets {
                if rrset.rdatas.isEmpty { remove(rrset.ownerName, rrset.type) } else { set(rrset) }
                isChanged = true
            }
            leaseChanges += outcome.leaseChanges
        }
        if isChanged { moveSerialOn(by: policy, wall: wall) }
        return isChanged
    }

    /// Makes the serial newer than the published one, once, however many changes come together.
    private mutating func moveSerialOn(by policy: SerialPolicy, wall: Int64) {
        guard var rrset = rrset(apex, .soa), var soa = rrset.rdatas.first.flatMap({ StartOfAuthority($0) }),
            !SerialNumber(soa.serial).isNewer(than: base.serial)
        else { return }
        soa.serial = policy.serial(after: base.serial, wall: wall).rawValue
        rrset.rdatas = [soa.rdata]
        set(rrset)
    }
}
