import DNSWire
import Synchronization

/// Public keys that were parsed, by their RDATA, shared by all workers and bounded. Keys that could not be read are
/// kept too, so that a bad one costs its parsing once.
///
/// There are two generations. When the younger is full it becomes the older, and the older is forgotten: what has not
/// been used for a while goes, at no cost for the rest.
final class KeyTable: Sendable {
    private enum Entry {
        case key(any PublicKey)
        case unreadable
    }

    private struct Generations {
        var younger: [RData: Entry] = [:]
        var older: [RData: Entry] = [:]

        mutating func entry(for rdata: RData) -> Entry? {
            if let entry = younger[rdata] { return entry }
            guard let entry = older.removeValue(forKey: rdata) else { return nil }
            insert(entry, for: rdata)
            return entry
        }

        mutating func insert(_ entry: Entry, for rdata: RData) {
            if younger.count >= maximumCount / 2 {
                older = younger
                younger = [:]
            }
            younger[rdata] = entry
        }
    }

    /// The zones that a busy resolver validates within minutes have fewer. With the longest keys it is 12 MB.
    static let maximumCount = 4096
    private let generations = Mutex(Generations())

    /// The lock is held for a look-up, never while a key is parsed. Two threads may parse the same key at first.
    ///
    /// - Returns: nil for a key that cannot be read.
    func publicKey(of key: DNSKey) -> (any PublicKey)? {
        switch generations.withLock({ $0.entry(for: key.rdata) }) {
        case .key(let known): return known
        case .unreadable: return nil
        case nil: break
        }
        let parsed = key.parsed
        generations.withLock { $0.insert(parsed.map { .key($0) } ?? .unreadable, for: key.rdata) }
        return parsed
    }

    var count: Int { generations.withLock { $0.younger.count + $0.older.count } }
}
