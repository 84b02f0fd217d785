import DNSCache
import DNSWire
import DNSZones
import ZoneStore

extension Cache {
    /// Removes what a new version of a zone could contradict, before whoever made the change is told of it.
    ///
    /// Nothing of a zone that is held here is ever cached (`DNSServer/Zones/AliasChain`). What is: answers of before the zone
    /// was held, which may be under any name that leads into it; and what the servers of zones below it said, which counts
    /// only as long as the zone names these servers.
    func forget(what publication: Publication) {
        guard publication.old != nil, publication.new != nil, let changes = publication.changes else {
            return flushAll()
        }
        var cuts: Set<DomainName> = []
        for change in changes {
            for record in change.removed + change.added
            where [.ns, .ds].contains(record.type) && record.ownerName != publication.zone.apex {
                cuts.insert(record.ownerName)
            }
        }
        for cut in cuts { flush(subtree: cut) }
    }
}
