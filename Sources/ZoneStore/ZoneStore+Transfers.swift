public import DNSWire
public import DNSZones
import Dispatch

/// What transfers need. All of it returns at once.
extension ZoneStore {
    // --- Out ---

    /// The changes that lead from `serial` to what is answered now or a moment later, the oldest first; empty where `serial`
    /// is the present one. Nil when they are not kept any more or are more than the zone itself: all of it is to be sent
    /// (RFC 1995 §4).
    ///
    /// - Parameter completion: called once, on a queue for such work.
    public func changes(
        of zone: Zone, since serial: SerialNumber, _ completion: @escaping @Sendable ([ZoneChange]?) -> Void
    ) {
        readers.async { [inbox, readers, shared] in
            guard let kept = shared.journal.changes(zone: zone.id, since: serial) else {
                return completion(nil)
            }
            let known = kept.compactMap(\.octets)
            if known.count == kept.count { return completion(Self.parsed(known)) }
            let isTaken = inbox.offer { committer in
                committer.gather(kept) { found in readers.async { completion(found.flatMap(Self.parsed)) } }
            }
            if !isTaken { completion(nil) }
        }
    }

    private static func parsed(_ rows: [[UInt8]]) -> [ZoneChange]? {
        var changes: [ZoneChange] = []
        changes.reserveCapacity(rows.count)
        for octets in rows {
            guard let change = try? StoredChange.parse(octets) else { return nil }
            changes.append(change)
        }
        return changes
    }

    // --- In ---

    /// Puts another version in the place of what a zone holds, as after an AXFR. The old one is answered from until all of
    /// the new one is on the disk. What came before is not kept for IXFR, and leases end.
    ///
    /// - Parameter refresh: as of now; nil leaves what is known.
    /// - Returns: false when too much waits or the store is closed; the completion is not called then.
    public func replace(
        _ zone: Zone, with version: ZoneVersion, refresh: SecondaryState? = nil,
        destination: CompletionDestination? = nil, _ completion: @escaping @Sendable (CommitResult) -> Void
    ) -> Bool {
        inbox.offer { $0.replace(zone, with: version, refresh, destination, completion) }
    }

    /// Commits the changes of an IXFR with the serials that they have, all of them or none. They fail where they do not fit
    /// what the zone holds; AXFR helps then.
    ///
    /// - Parameter refresh: as of now; nil leaves what is known.
    /// - Returns: false when too much waits or the store is closed; the completion is not called then.
    public func append(
        _ changes: [ZoneChange], to zone: Zone, refresh: SecondaryState? = nil,
        destination: CompletionDestination? = nil, _ completion: @escaping @Sendable (CommitResult) -> Void
    ) -> Bool {
        inbox.offer { committer in
            let result: CommitResult
            do throws(StoreError) {
                result = .committed(try committer.append(changes, to: zone, refresh))
            } catch {
                result = .failed(error)
            }
            committer.complete(completion, result, for: destination)
        }
    }

    /// The primary was heard, and has nothing newer. A zone that had expired is answered from again. It is written within half
    /// a minute, or with the next change.
    public func noteRefresh(of zone: Zone, _ refresh: SecondaryState) {
        // One that is not taken makes the zone seem older than it is, which does no harm.
        _ = inbox.offer { $0.noteRefresh(of: zone, refresh) }
    }

    /// The primary was not heard for too long (RFC 1035 §3.3.13): the zone is not answered from until it is. The data stays on
    /// the disk.
    public func expire(_ zone: Zone) {
        inbox.put { $0.expire(zone) }
    }
}
