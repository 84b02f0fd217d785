/// Numbers of connections, first in, first out, each at most once.
struct IndexQueue {
    private var ring: [Int32]
    private var isIn: [Bool]
    private var first = 0
    private(set) var count = 0

    /// - Parameter capacity: all numbers are below it.
    init(capacity: Int) {
        ring = Array(repeating: 0, count: max(1, capacity))
        isIn = Array(repeating: false, count: max(1, capacity))
    }

    var isEmpty: Bool { count == 0 }

    /// Appends a number that is not in it yet.
    mutating func append(_ index: Int) {
        guard !isIn[index] else { return }
        isIn[index] = true
        ring[(first + count) % ring.count] = Int32(truncatingIfNeeded: index)
        count += 1
    }

    mutating func popFirst() -> Int? {
        guard count > 0 else { return nil }
        let index = Int(ring[first])
        first = (first + 1) % ring.count
        count -= 1
        isIn[index] = false
        return index
    }
}
