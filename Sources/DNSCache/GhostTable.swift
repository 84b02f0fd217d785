/// Remembers which entries left the small ring unused, by their hashes: if one comes back soon, it is worth keeping.
struct GhostTable {
    private var hashes: [UInt32] = []
    private let count: Int

    init(count: Int) { self.count = count }

    static let octetsPerEntry = 4

    mutating func insert(_ hash: UInt32) {
        // Nothing leaves before the cache is full, so until then it takes no memory.
        if hashes.isEmpty { hashes = Array(repeating: 0, count: count) }
        hashes[Int(hash) % count] = hash
    }

    /// Whether `hash` was remembered. It no longer is.
    mutating func remove(_ hash: UInt32) -> Bool {
        guard !hashes.isEmpty, hash != 0, hashes[Int(hash) % count] == hash else { return false }
        hashes[Int(hash) % count] = 0
        return true
    }

    mutating func removeAll() { hashes = [] }
}
