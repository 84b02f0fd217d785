public import DNSWire
import Synchronization

/// The keys that are known here, by name. Immutable; a key that comes or goes makes a new one.
public struct KeyRing: Sendable {
    private let byName: [DomainName: TransactionKey]

    /// Of two keys with one name the first counts.
    public init(_ keys: [TransactionKey] = []) {
        byName = Dictionary(keys.map { ($0.name, $0) }) { first, _ in first }
    }

    public var isEmpty: Bool { byName.isEmpty }
    public var keys: [TransactionKey] { byName.values.sorted { $0.name < $1.name } }

    public func key(named name: DomainName) -> TransactionKey? { byName[name] }
}

/// Where every worker finds the keys that hold now.
public final class KeyDirectory: Sendable {
    private let current: Mutex<KeyRing>

    public init(_ ring: KeyRing = KeyRing()) { current = Mutex(ring) }

    public var ring: KeyRing {
        get { current.withLock { $0 } }
        set { current.withLock { $0 = newValue } }
    }
}
