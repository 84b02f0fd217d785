/// Things to do in the order of their times: a binary heap.
public struct DueQueue<Item: Sendable>: Sendable {
    private var heap: [(due: Int64, item: Item)] = []

    public init() {}

    public var first: (due: Int64, item: Item)? { heap.first }
    public var count: Int { heap.count }

    public mutating func insert(_ item: Item, due: Int64) {
        heap.append((due, item))
        var child = heap.count - 1
        while child > 0, heap[child].due < heap[(child - 1) / 2].due {
            heap.swapAt(child, (child - 1) / 2)
            child = (child - 1) / 2
        }
    }

    public mutating func removeFirst() {
        guard let last = heap.popLast(), !heap.isEmpty else { return }
        heap[0] = last
        var parent = 0
        while true {
            var least = parent
            for child in [2 * parent + 1, 2 * parent + 2]
            where child < heap.count && heap[child].due < heap[least].due {
                least = child
            }
            guard least != parent else { return }
            heap.swapAt(parent, least)
            parent = least
        }
    }
}
