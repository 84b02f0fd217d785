/// A dictionary of a few entries, in the order in which they came: an array that is searched from its end. Most resolutions
/// have one lookup and one exchange under way, for which hashing would cost more than all else.
///
/// How many there may be is for the owner to bound: a search takes time in proportion to that.
struct ShortTable<Key: Equatable, Value> {
    private var entries: [(key: Key, value: Value)] = []

    private func index(of key: Key) -> Int? { entries.lastIndex { $0.key == key } }

    /// Setting nil removes the entry.
    subscript(key: Key) -> Value? {
        get {
            guard let index = index(of: key) else { return nil }
            return entries[index].value
        }
        set {
            guard let newValue else {
                removeValue(forKey: key)
                return
            }
            if let index = index(of: key) {
                entries[index].value = newValue
            } else {
                entries.append((key, newValue))
            }
        }
    }

    @discardableResult
    mutating func removeValue(forKey key: Key) -> Value? {
        guard let index = index(of: key) else { return nil }
        return entries.remove(at: index).value
    }

    mutating func removeAll() { entries = [] }
}

extension ShortTable: Sequence {
    func makeIterator() -> some IteratorProtocol<(key: Key, value: Value)> { entries.makeIterator() }
}
