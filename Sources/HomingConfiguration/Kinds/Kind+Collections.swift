import DNSWire
import Yams

extension Kind {
    /// A list without repetition of what has one scalar each; a lone item needs no list around it.
    static func list<Item: Hashable>(
        _ plural: String, of item: Kind<Item>, minimum: Int = 0
    ) -> Kind where Value == [Item] {
        let expectation = "a list of \(plural)" + (minimum > 0 ? ", at least \(minimum)" : "")
        return Kind(
            expectation: expectation,
            read: { node, path, reader in
                if node.mapping != nil || node.isNothing {
                    reader.expected(expectation, path, found: node)
                    return nil
                }
                var items: [Item] = []
                var lines: [Item: Int] = [:]
                let nodes = node.sequence.map(Array.init) ?? [node]
                for (index, node) in nodes.enumerated() {
                    guard let value = item.read(node, path, &reader) else { continue }
                    if let line = lines[value] {
                        let text = item.text(value).inOneLine
                        reader.report(path, "\(text) is listed more than once; it stands on line \(line) too", at: node)
                    }
                    lines[value] = node.mark?.line
                    reader.remember("\(path)[\(items.count)]", at: node)
                    items.append(value)
                    _ = index
                }
                if nodes.count < minimum {
                    reader.report(path, "expected \(expectation), found none", at: node)
                }
                return items
            },
            text: { .list($0.map { item.text($0).inOneLine }) })
    }
}
