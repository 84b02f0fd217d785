public import DNSWire

/// How a request for a zone is answered.
public enum TransferPlan: Sendable, Hashable {
    /// With the SOA record alone: the client has this version, or a newer one, already (RFC 1995 §2).
    case soaAlone
    /// With all records: AXFR, and IXFR where the changes are not to be had (RFC 1995 §4).
    case full
    /// With these changes, oldest first.
    case incremental([ZoneChange])
}

extension TransferRequest {
    /// The serial since which the changes are needed for a plan; nil where it needs none.
    public func changesNeeded(for version: ZoneVersion) -> SerialNumber? {
        guard case .incremental(let since) = kind, since != version.serial,
            !since.isNewer(than: version.serial)
        else { return nil }
        return since
    }

    /// - Parameter changes: the changes since `changesNeeded`, oldest first; nil where they are not kept. Those that came
    ///   after `version` are left out.
    public func plan(for version: ZoneVersion, changes: [ZoneChange]?) -> TransferPlan {
        guard case .incremental = kind else { return .full }
        guard let since = changesNeeded(for: version) else { return .soaAlone }
        guard let changes, let chain = Self.chain(changes, from: since, to: version.serial) else {
            return .full
        }
        // RFC 1995 §5: what is longer than the zone itself saves nothing.
        let recordCount = chain.reduce(2) { $0 + $1.removed.count + $1.added.count + 2 }
        return recordCount <= version.tree.recordCount + 1 ? .incremental(chain) : .full
    }

    /// The changes that lead from one serial to the other without a gap; nil where they do not.
    private static func chain(
        _ changes: [ZoneChange], from first: SerialNumber, to last: SerialNumber
    ) -> [ZoneChange]? {
        var serial = first
        for (index, change) in changes.enumerated() {
            guard let old = change.oldSerial, let new = change.newSerial, old == serial else { return nil }
            serial = new
            if serial == last { return Array(changes[...index]) }
        }
        return nil
    }
}

extension ZoneChange {
    /// Nil where the record is no SOA record.
    public var oldSerial: SerialNumber? { oldSOA.serial }
    public var newSerial: SerialNumber? { newSOA.serial }
}

extension Record {
    /// Of an SOA record.
    var serial: SerialNumber? {
        type == .soa ? StartOfAuthority(rdata).map { SerialNumber($0.serial) } : nil
    }
}
