/// The names that are not the same in two trees, in order. What both share is passed over without looking inside, so that two
/// versions of a zone cost only what lies between them.
struct TreeDifferences: Sequence, IteratorProtocol {
    /// Nil on the side where there is no such name.
    typealias Element = (old: PackedName?, new: PackedName?)

    private var old: Front
    private var new: Front

    init(from old: TreeNode, to new: TreeNode) {
        self.old = Front(old)
        self.new = Front(new)
    }

    mutating func next() -> Element? {
        while true {
            switch (old.head, new.head) {
            case (nil, nil):
                return nil
            case (.node(let node, let height), .node(let other, let otherHeight)):
                if node.isShared(with: other) {
                    old.drop()
                    new.drop()
                } else {
                    // Equal parts can only be met at one height.
                    if height >= otherHeight { old.open() }
                    if otherHeight >= height { new.open() }
                }
            case (.node, _):
                old.open()
            case (_, .node):
                new.open()
            case (.name(let name), .name(let other)):
                let order = name.order(against: other)
                if order <= 0 { old.drop() }
                if order >= 0 { new.drop() }
                guard order == 0 else { return order < 0 ? (name, nil) : (nil, other) }
                if name.octets != other.octets { return (name, other) }
            case (.name(let name), nil):
                old.drop()
                return (name, nil)
            case (nil, .name(let other)):
                new.drop()
                return (nil, other)
            }
        }
    }

    /// What of a tree was not looked at yet: names and whole nodes, the first on top.
    private struct Front {
        enum Item {
            case name(PackedName)
            case node(TreeNode, height: Int)
        }

        private var items: [Item]

        init(_ root: TreeNode) { items = root.isEmpty ? [] : [.node(root, height: root.height)] }

        var head: Item? { items.last }

        mutating func drop() { items.removeLast() }

        /// Puts what a node holds in its place.
        mutating func open() {
            guard case .node(let node, let height)? = items.popLast() else { return }
            if node.isLeaf {
                items += node.keys.reversed().lazy.map { .name($0) }
            } else {
                items += node.children.reversed().lazy.map { .node($0, height: height - 1) }
            }
        }
    }
}

extension TreeNode {
    /// Whether both are copies of one node that has not changed since. False says nothing.
    func isShared(with other: TreeNode) -> Bool {
        isLeaf && other.isLeaf
            ? Self.areSame(keys, other.keys) : Self.areSame(children, other.children)
    }

    /// Whether both arrays are one in memory.
    private static func areSame<Element>(_ a: [Element], _ b: [Element]) -> Bool {
        guard a.count == b.count else { return false }
        let address = unsafe a.withUnsafeBufferPointer { $0.baseAddress }
        let other = unsafe b.withUnsafeBufferPointer { $0.baseAddress }
        return unsafe address == other
    }
}
