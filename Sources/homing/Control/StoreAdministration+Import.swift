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

    /// Octets of text that are handed on together.
    private static let portion = 64 << 10

    /// SOA first, as transfers and most readers want it.
    static func export(_ version: ZoneVersion, _ output: Output) throws(AdministrationFault) {
        var writer = MasterFileWriter(origin: version.apex, defaultTTL: version.soaTTL)
        var text = writer.heading + writer.line(version.soaRecord)
        var cursor = version.tree.cursor
        while let rrset = cursor.next() {
            guard rrset.type != .soa else { continue }
            for record in rrset.records { text += writer.line(record) }
            guard text.utf8.count >= portion else { continue }
            try output(text)
            text = ""
        }
        try output(text)
    }

    /// A zone from a text that is complete in itself.
    static func tree(_ apex: DomainName, _ text: [UInt8]) throws(AdministrationFault) -> ZoneTree {
        var reader = MasterFileReader(text: String(decoding: text, as: UTF8.self), origin: apex)
        var tree = ZoneTree()
        do throws(TextError) {
            while let record = try reader.next() {
                guard record.ownerName.isSubdomain(of: apex), record.recordClass == .internet else {
                    continue
                }
                var rrset =
                    tree.rrset(record.ownerName, record.type)
                    ?? RRset(record.ownerName, record.type, ttl: record.ttl, rdatas: [])
                rrset.rdatas.append(record.rdata)
                tree.set(rrset)
            }
        } catch {
            throw .mistake("\(error)")
        }
        guard ZoneVersion(apex: apex, tree: tree) != nil else {
            throw .mistake("there is no SOA record of \(apex)")
        }
        return tree
    }
}
