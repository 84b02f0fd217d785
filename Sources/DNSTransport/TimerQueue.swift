/// Names one armed timer. Never valid again once the timer fired or was removed.
struct TimerHandle: Hashable, Sendable {
    fileprivate let slot: Int32
    fileprivate let generation: UInt32
}

/// Everything on a worker that waits for a moment, in the order in which it is due.
///
/// A binary heap over a table of nodes. Arming and removing take O(log n) and no system call; the loop's one
/// wait takes its time-out from `next`. Timers that are due at the same nanosecond fire in the order in which
/// they were armed. It holds at most one timer for each exchange and each connection, which are bounded, and
/// what the service schedules, which the service bounds.
struct TimerQueue<Payload> {
    private struct Node {
        var payload: Payload?
        var generation: UInt32 = 0
        /// Where the node stands in the heap.
        var position: Int = 0
    }

    private struct Entry {
        /// Nanoseconds of the monotonic clock.
        var due: Int64
        /// Order of arming, which settles ties.
        var order: UInt64
        var slot: Int32

        static func < (a: Entry, b: Entry) -> Bool { a.due != b.due ? a.due < b.due : a.order < b.order }
    }

    private var heap: [Entry] = []
    private var nodes: [Node] = []
    private var free: [Int32] = []
    private var armed: UInt64 = 0

    var count: Int { heap.count }

    /// When the first timer is due, in nanoseconds of the monotonic clock.
    var next: Int64? { heap.first?.due }

    @discardableResult
    mutating func arm(_ payload: Payload, at due: Int64) -> TimerHandle {
        let slot = free.popLast() ?? Int32(truncatingIfNeeded: nodes.count)
        if Int(slot) == nodes.count { nodes.append(Node()) }
        nodes[Int(slot)].payload = payload
        heap.append(Entry(due: due, order: armed, slot: slot))
        armed &+= 1
        siftUp(heap.count - 1)
        return TimerHandle(slot: slot, generation: nodes[Int(slot)].generation)
    }

    /// Takes a timer out before it is due; one that fired already is ignored.
    mutating func remove(_ handle: TimerHandle) {
        guard Int(handle.slot) < nodes.count, nodes[Int(handle.slot)].generation == handle.generation,
            nodes[Int(handle.slot)].payload != nil
        else { return }
        removeEntry(at: nodes[Int(handle.slot)].position)
    }

    /// Takes out the first timer that is due by `now`.
    mutating func popDue(by now: Int64) -> Payload? {
        guard let first = heap.first, first.due <= now else { return nil }
        return removeEntry(at: 0)
    }

    //--- Heap ---

    @discardableResult
    private mutating func removeEntry(at position: Int) -> Payload? {
        let slot = heap[position].slot
        let payload = nodes[Int(slot)].payload
        nodes[Int(slot)].payload = nil
        nodes[Int(slot)].generation &+= 1
        free.append(slot)

        let last = heap.removeLast()
        if position < heap.count {
            heap[position] = last
            nodes[Int(last.slot)].position = position
            siftDown(position)
            siftUp(position)
        }
        return payload
    }

    private mutating func siftUp(_ start: Int) {
        var position = start
        let entry = heap[position]
        while position > 0 {
            let parent = (position - 1) / 2
            guard entry < heap[parent] else { break }
            place(heap[parent], at: position)
            position = parent
        }
        place(entry, at: position)
    }

    private mutating func siftDown(_ start: Int) {
        var position = start
        let entry = heap[position]
        while true {
            var child = 2 * position + 1
            guard child < heap.count else { break }
            if child + 1 < heap.count, heap[child + 1] < heap[child] { child += 1 }
            guard heap[child] < entry else { break }
            place(heap[child], at: position)
            position = child
        }
        place(entry, at: position)
    }

    private mutating func place(_ entry: Entry, at position: Int) {
        heap[position] = entry
        nodes[Int(entry.slot)].position = position
    }
}
