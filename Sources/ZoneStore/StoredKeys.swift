import DNSWire
import Synchronization

/// The TSIG keys that are on the disk, for everybody to read.
final class StoredKeys: Sendable {
    private let keys = Mutex<[DomainName: StoredKey]>([:])

    var all: [StoredKey] { keys.withLock { $0.values.sorted { $0.name < $1.name } } }

    func contains(_ name: DomainName) -> Bool { keys.withLock { $0[name] != nil } }
    func insert(_ key: StoredKey) { keys.withLock { $0[key.name] = key } }
    func remove(_ name: DomainName) { keys.withLock { $0[name] = nil } }
}

extension Committer {
    func add(_ key: StoredKey) throws(StoreError) {
        guard !keys.contains(key.name) else { throw StoreError("\(key.name): there is such a key already") }
        try write(octets: Self.rowOctets) { try key.insert($0) }
        keys.insert(key)
    }

    func removeKey(_ name: DomainName) throws(StoreError) {
        guard keys.contains(name) else { throw StoreError("\(name): there is no such key") }
        try write(octets: Self.rowOctets) { try StoredKey.delete(name, $0) }
        keys.remove(name)
    }
}
