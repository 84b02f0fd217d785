import DNSZones
import Logging

/// Changes that are being gathered for one who asked for them.
private struct Gathering: Sendable {
    var found: [[UInt8]] = []
    let wanted: [Journal.Kept]
    let completion: @Sendable ([[UInt8]]?) -> Void
}

extension Committer {
    /// Octets of older changes that are read between two groups: a millisecond's worth.
    private static let octetsPerRead = 1 << 20
    /// Reads that may be under way. More secondaries than that at a time, each long away, are sent all of the zone.
    private static let maximumReads = 64

    /// Reads what is not at hand, a piece at a time so that commits go on. Nil when something of it was dropped meanwhile,
    /// could not be read, or too many read at once.
    func gather(_ wanted: [Journal.Kept], _ completion: @escaping @Sendable ([[UInt8]]?) -> Void) {
        guard readCount < Self.maximumReads else { return completion(nil) }
        readCount += 1
        goOn(Gathering(wanted: wanted, completion: completion))
    }

    private func goOn(_ gathering: Gathering) {
        var gathering = gathering
        var octetCount = 0
        while gathering.found.count < gathering.wanted.count, octetCount < Self.octetsPerRead {
            guard let octets = octets(of: gathering.wanted[gathering.found.count]) else {
                readCount -= 1
                return gathering.completion(nil)
            }
            octetCount += octets.count
            gathering.found.append(octets)
        }
        if gathering.found.count == gathering.wanted.count {
            readCount -= 1
            return gathering.completion(gathering.found)
        }
        let rest = gathering
        // Closing: there is nobody left to tell.
        if !inbox.put({ $0.goOn(rest) }) { gathering.completion(nil) }
    }

    private func octets(of change: Journal.Kept) -> [UInt8]? {
        if let octets = change.octets { return octets }
        do throws(StoreError) {
            return try database.read { try JournalRow.change(change.number, $0) }
        } catch {
            log.error("state database: change \(change.number) could not be read: \(error)")
            return nil
        }
    }
}
