import DNSWire
import DNSZones
import Dispatch
import Synchronization
import ZoneStore

/// Zones as texts.
extension StoreAdministration {
    func importZone(
        _ name: DomainName, _ text: [UInt8], isTrial: Bool, output: Output
    ) throws(AdministrationFault) -> ZoneDifference {
        let figures = try figures(of: name)
        guard case .primary = figures.zone.settings.role else {
            throw .mistake("\(name) has primaries, and is as they have it")
        }
        let tree = try Self.tree(name, text)
        let replacement: Replacement?
        if isTrial {
            var draft = ZoneDraft(try version(of: name))
            draft.replaceContents(with: tree)
            let result = draft.finished(serial: figures.zone.settings.serial, wall: wall())
            replacement = result.map { Replacement(old: draft.base, draft.base.tree, new: $0.version, tree) }
        } else {
            replacement = try commit(tree, to: figures)
        }
        guard let replacement else {
            let serial = try version(of: name).serial.rawValue
            return ZoneDifference(oldSerial: serial, newSerial: serial, removedCount: 0, addedCount: 0)
        }
        let diff = replacement.difference
        try output(diff.text)
        return ZoneDifference(
            oldSerial: replacement.oldSerial.rawValue, newSerial: replacement.newSerial.rawValue,
            removedCount: diff.removed.count, addedCount: diff.added.count)
    }

    /// By a change like any other, which comes after those that wait already.
    ///
    /// - Returns: nil where the zone is so already.
    private func commit(_ tree: ZoneTree, to figures: ZoneFigures) throws(AdministrationFault) -> Replacement?
    {
        let (zone, hasLeases) = (figures.zone, figures.leases > 0)
        let done = DispatchSemaphore(value: 0)
        let outcome = Mutex<(result: CommitResult, before: ZoneDraft?)?>(nil)
        let change = PendingChange(zone: zone) { draft, _ -> Application<ZoneDraft> in
            let before = draft
            draft.replaceContents(with: tree)
            // What is not there any more has no lease either.
            if hasLeases {
                draft.leaseChanges += ZoneDiff(from: before.tree, to: tree).removed.map {
                    .clear(LeasedRecord($0.ownerName, $0.type, $0.rdata))
                }
            }
            return .keep(before)
        } completion: { result, before in
            outcome.withLock { $0 = (result, before) }
            done.signal()
        }
        guard store.submit(change) else {
            throw .failure("too many changes wait for the disk already, or the daemon is about to end")
        }
        done.wait()
        switch outcome.withLock({ $0 }) {
        case (.committed(let version), let before?)?:
            return Replacement(old: before.base, before.tree, new: version, tree)
        case (.failed(let error), _)?: throw .failure("\(error)")
        default: return nil
        }
    }

    /// What a zone was and is.
    private struct Replacement {
        let oldSerial: SerialNumber
        let newSerial: SerialNumber
        /// The SOA record is in it where more than its serial is different.
        let difference: ZoneDiff

        /// - Parameters:
        ///   - before: what was replaced, which may be ahead of `old`.
        ///   - after: what it was replaced by, but for the serial.
        init(old: ZoneVersion, _ before: ZoneTree, new: ZoneVersion, _ after: ZoneTree) {
            oldSerial = old.serial
            newSerial = new.serial
            var difference = ZoneDiff(from: before, to: after)
            var soa = new.soa
            soa.serial = old.soa.serial
            if soa == old.soa, old.soaTTL == new.soaTTL {
                difference.removed.removeAll { $0.type == .soa }
                difference.added.removeAll { $0.type == .soa }
            }
            self.difference = difference
        }
    }

    // --- Master files ---

    func exportZone(_ name: DomainName, output: Output) throws(AdministrationFault) {
        var pieces = ZoneFile.pieces(of: try version(of: name))
        while let piece = pieces.next() { try output(piece) }
    }

    /// A zone from a text that is complete in itself.
    static func tree(_ apex: DomainName, _ text: [UInt8]) throws(AdministrationFault) -> ZoneTree {
        var rest: [UInt8]? = text
        let source = MasterFileSource(name: "the zone's text") {
            defer { rest = nil }
            return rest
        }
        let (tree, problems) = ZoneFile.load(source: source, apex: apex)
        let errors = problems.filter { $0.severity == .error }
        guard errors.isEmpty else {
            throw AdministrationFault(
                kind: .mistake, lines: errors.prefix(longestList).map(\.description))
        }
        return tree
    }

    /// Errors that are told. Commands tell all of them, before they come here.
    private static let longestList = 100
}
