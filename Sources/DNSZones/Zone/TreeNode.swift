/// A node of a zone's tree (a B+ tree): a leaf holds names, a branch holds nodes.
///
/// A node is a value. Copies share their arrays until one of them changes, and then only the arrays on the way from the root to
/// the change are copied, each once; where nobody else holds them, they change in place. So a version of a zone costs nothing to
/// keep, and loading a zone copies nothing.
struct TreeNode: Sendable {
    /// Of a leaf: its names, ascending. Of a branch: `keys[i]` is at or below all names of `children[i]` and above all of
    /// `children[i - 1]`; `keys[0]` is never looked at.
    private(set) var keys: [PackedName] = []
    /// Empty in a leaf.
    private(set) var children: [TreeNode] = []

    /// Of keys. A change copies some four nodes of this size; a search compares some twenty keys whatever it is.
    static let capacity = 32
    /// A node with fewer keys shares those of a neighbour, or joins it.
    private static let minimum = 8

    init() {}

    private init(keys: [PackedName], children: [TreeNode]) {
        self.keys = keys
        self.children = children
    }

    var isLeaf: Bool { children.isEmpty }
    var isEmpty: Bool { keys.isEmpty }

    /// Nodes on the way from here to a leaf, the leaf not counted.
    var height: Int {
        var height = 0
        var node = self
        while let child = node.children.first {
            node = child
            height += 1
        }
        return height
    }
}

// --- Search ---

extension TreeNode {
    func find(_ name: borrowing PackedName) -> PackedName? {
        guard isLeaf else { return children.span[childIndex(name)].find(name) }
        let (index, isFound) = keyIndex(name)
        return isFound ? keys[index] : nil
    }

    /// The first at or behind `name`.
    func ceiling(_ name: borrowing PackedName) -> PackedName? {
        guard !isLeaf else {
            let (index, _) = keyIndex(name)
            return index < keys.count ? keys[index] : nil
        }
        let index = childIndex(name)
        if let found = children.span[index].ceiling(name) { return found }
        return index + 1 < children.count ? children[index + 1].first : nil
    }

    /// The first behind `name`.
    func successor(_ name: borrowing PackedName) -> PackedName? {
        guard !isLeaf else {
            let (found, isFound) = keyIndex(name)
            let index = isFound ? found + 1 : found
            return index < keys.count ? keys[index] : nil
        }
        let index = childIndex(name)
        if let found = children.span[index].successor(name) { return found }
        return index + 1 < children.count ? children[index + 1].first : nil
    }

    /// The last before `name`.
    func predecessor(_ name: borrowing PackedName) -> PackedName? {
        guard !isLeaf else {
            let (index, _) = keyIndex(name)
            return index > 0 ? keys[index - 1] : nil
        }
        let index = childIndex(name)
        if let found = children.span[index].predecessor(name) { return found }
        return index > 0 ? children[index - 1].last : nil
    }

    var first: PackedName? { isLeaf ? keys.first : children.first?.first }
    var last: PackedName? { isLeaf ? keys.last : children.last?.last }

    /// Of a leaf: where `name` stands or belongs.
    func keyIndex(_ name: borrowing PackedName) -> (index: Int, isFound: Bool) {
        // A span lends its elements; an array would count a reference for each one looked at.
        let keys = keys.span
        var (low, high) = (0, keys.count)
        // Loading a sorted zone goes along the right edge.
        if high > 0, keys[high - 1].order(against: name) < 0 { return (high, false) }
        while low < high {
            let middle = (low + high) / 2
            let order = keys[middle].order(against: name)
            if order == 0 { return (middle, true) }
            if order < 0 { low = middle + 1 } else { high = middle }
        }
        return (low, false)
    }

    /// Of a branch: the child that holds `name` if any does.
    func childIndex(_ name: borrowing PackedName) -> Int {
        let keys = keys.span
        var (low, high) = (0, keys.count)
        if high > 1, keys[high - 1].order(against: name) <= 0 { return high - 1 }
        // The child at `low` does not start behind the name, the one at `high` does.
        while high - low > 1 {
            let middle = (low + high) / 2
            if keys[middle].order(against: name) <= 0 { low = middle } else { high = middle }
        }
        return low
    }
}

// --- Change ---

extension TreeNode {
    /// The upper part of a node that has become too large, and the bound between both.
    private struct Split {
        let bound: PackedName
        let node: TreeNode
    }

    /// Puts a name in the place of the one with its key. For the root.
    mutating func put(_ name: PackedName) {
        guard let split = insert(name) else { return }
        let lower = TreeNode(keys: keys, children: children)
        self = TreeNode(keys: [split.bound, split.bound], children: [lower, split.node])
    }

    /// Removes the name if it is there. For the root.
    mutating func remove(_ name: borrowing PackedName) {
        guard find(name) != nil else { return }
        delete(name)
        while children.count == 1, let child = children.first { self = child }
    }

    private mutating func insert(_ name: PackedName) -> Split? {
        if isLeaf {
            let (index, isFound) = keyIndex(name)
            if isFound {
                keys[index] = name
                return nil
            }
            keys.insert(name, at: index)
            return keys.count > Self.capacity ? split(insertedAt: index) : nil
        }
        let index = childIndex(name)
        guard let part = children[index].insert(name) else { return nil }
        keys.insert(part.bound, at: index + 1)
        children.insert(part.node, at: index + 1)
        return keys.count > Self.capacity ? split(insertedAt: index + 1) : nil
    }

    /// In the middle; but behind a full node where the last insertion went to its end, as those of a sorted zone all do.
    private mutating func split(insertedAt inserted: Int) -> Split {
        let middle = inserted == keys.count - 1 ? keys.count - 1 : keys.count / 2
        let wasLeaf = isLeaf
        let upper = TreeNode(
            keys: Array(keys[middle...]), children: wasLeaf ? [] : Array(children[middle...]))
        let bound = wasLeaf ? keys[middle].bare : keys[middle]
        keys.removeSubrange(middle...)
        if !wasLeaf { children.removeSubrange(middle...) }
        return Split(bound: bound, node: upper)
    }

    private mutating func delete(_ name: borrowing PackedName) {
        if isLeaf {
            let (index, isFound) = keyIndex(name)
            if isFound { keys.remove(at: index) }
            return
        }
        let index = childIndex(name)
        children[index].delete(name)
        let count = children[index].keys.count
        if count == 0 {
            keys.remove(at: index)
            children.remove(at: index)
        } else if count < Self.minimum, children.count > 1 {
            balance(index > 0 ? index - 1 : 0)
        }
    }

    /// Makes one node of the children at `left` and behind it, or two of one size.
    private mutating func balance(_ left: Int) {
        let right = left + 1
        var (lower, upper) = (children[left], children[right])
        // The first bound of a branch is not looked at, and may be wrong, as long as it is the first.
        if !upper.isLeaf { upper.keys[0] = keys[right] }
        lower.keys += upper.keys
        lower.children += upper.children
        guard lower.keys.count > Self.capacity else {
            children[left] = lower
            children.remove(at: right)
            keys.remove(at: right)
            return
        }
        let part = lower.split(insertedAt: 0)
        children[left] = lower
        children[right] = part.node
        keys[right] = part.bound
    }
}

// --- Walk ---

extension TreeNode {
    /// The names of a tree in order. It holds the nodes on its way, so changes of the tree do not disturb it.
    struct Walk: Sendable {
        private struct Step: Sendable {
            let node: TreeNode
            /// Of what comes next in the node.
            var index: Int
        }

        private var steps: [Step] = []

        init(_ root: TreeNode) { steps.append(Step(node: root, index: 0)) }

        /// From the first name at or behind `name` on.
        init(_ root: TreeNode, from name: borrowing PackedName) {
            var node = root
            while !node.isLeaf {
                let index = node.childIndex(name)
                steps.append(Step(node: node, index: index + 1))
                node = node.children[index]
            }
            steps.append(Step(node: node, index: node.keyIndex(name).index))
        }

        mutating func next() -> PackedName? {
            while let top = steps.indices.last {
                let (node, index) = (steps[top].node, steps[top].index)
                guard index < node.keys.count else {
                    steps.removeLast()
                    continue
                }
                steps[top].index += 1
                if node.isLeaf { return node.keys[index] }
                steps.append(Step(node: node.children[index], index: 0))
            }
            return nil
        }
    }
}
