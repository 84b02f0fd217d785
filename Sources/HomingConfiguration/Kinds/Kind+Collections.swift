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
                for node in nodes {
                    guard let value = item.read(node, path, &reader) else { continue }
                    if let line = lines[value] {
                        let text = item.text(value).inOneLine
                        reader.report(
                            path, "\(text) is listed more than once; it stands on line \(line) too", at: node)
                    }
                    lines[value] = node.mark?.line
                    reader.remember("\(path)[\(items.count)]", at: node)
                    items.append(value)
                }
                if nodes.count < minimum {
                    reader.report(path, "expected \(expectation), found none", at: node)
                }
                return items
            },
            text: { .list($0.map { item.text($0).inOneLine }) }, innerKeys: item.innerKeys)
    }
}

extension Kind {
    /// A list of mappings, each read by the same table of keys into a copy of `blank`.
    ///
    /// - Parameter essence: what one has to know of the keys in an error message; else all are listed.
    static func records<Item: Sendable>(
        _ plural: String, blank: Item, essence: String? = nil, _ settings: [Setting<Item>]
    ) -> Kind where Value == [Item] {
        let keys = essence ?? settings.map(\.name).joined(separator: ", ")
        let expectation = "a list of \(plural), each with \(keys)"
        return Kind(
            expectation: expectation,
            read: { node, path, reader in
                guard let nodes = node.sequence else {
                    reader.expected(expectation, path, found: node)
                    return nil
                }
                return nodes.enumerated().map { index, node in
                    var item = blank
                    let itemPath = "\(path)[\(index)]"
                    reader.remember(itemPath, at: node)
                    if node.isNothing {
                        reader.expected("keys with values", itemPath, found: node)
                    } else {
                        reader.readMapping(node, at: itemPath, settings, into: &item)
                    }
                    return item
                }
            },
            text: { items in
                .list(
                    items.map { flowMapping($0, essence == nil ? settings : settings.notable(in: $0, blank)) }
                )
            },
            innerKeys: settings.described())
    }
}

/// A mapping in one line.
func flowMapping<Root>(_ root: Root, _ settings: [Setting<Root>]) -> String {
    "{" + settings.map { "\($0.name): \($0.text(root).inOneLine)" }.joined(separator: ", ") + "}"
}

extension Kind where Value: Sendable {
    /// A mapping, read by a table of keys into a copy of `blank`.
    static func record(blank: Value, _ settings: [Setting<Value>]) -> Kind {
        let expectation = "keys with values: " + settings.map(\.name).joined(separator: ", ")
        return Kind(
            expectation: expectation,
            read: { node, path, reader in
                if node.isNothing {
                    reader.expected(expectation, path, found: node)
                    return nil
                }
                return reader.record(node, at: path, blank: blank, settings)
            },
            text: { .flow(flowMapping($0, settings)) },
            innerKeys: settings.described())
    }

    /// The same, or alone the scalar that its key `main` would have.
    static func abbreviable<Part: Sendable>(
        _ main: Setting<Value>, _ property: any WritableKeyPath<Value, Part> & Sendable, _ kind: Kind<Part>,
        blank: Value, _ others: [Setting<Value>]
    ) -> Kind {
        let settings = [main] + others
        let expectation = "\(kind.expectation), or keys with \(main.name)"
        return Kind(
            expectation: expectation,
            read: { node, path, reader in
                if node.mapping != nil { return reader.record(node, at: path, blank: blank, settings) }
                guard node.scalar != nil, !node.isNothing else {
                    reader.expected(expectation, path, found: node)
                    return nil
                }
                return kind.read(node, path, &reader).map { part in
                    var value = blank
                    value[keyPath: property] = part
                    return value
                }
            },
            text: { value in
                let notable = others.notable(in: value, blank)
                return notable.isEmpty ? main.text(value) : .flow(flowMapping(value, [main] + notable))
            },
            innerKeys: settings.described())
    }
}

extension ConfigurationReader {
    /// Nil where something is wrong with it.
    fileprivate mutating func record<Root>(
        _ node: Node, at path: String, blank: Root, _ settings: [Setting<Root>]
    ) -> Root? {
        let count = problems.count
        var value = blank
        readMapping(node, at: path, settings, into: &value)
        return problems.count == count ? value : nil
    }
}

extension Array {
    /// Those that differ from `blank`, and those that must be given.
    func notable<Root>(in value: Root, _ blank: Root) -> Self where Element == Setting<Root> {
        filter { $0.isRequired || $0.text(value).inOneLine != $0.text(blank).inOneLine }
    }
}

extension Kind where Value == [Host] {
    /// Host names as keys, addresses as values.
    static let hosts = Kind(
        expectation: hostsExpectation,
        read: { node, path, reader in
            guard node.mapping != nil else {
                reader.expected(hostsExpectation, path, found: node)
                return nil
            }
            var hosts: [Host] = []
            var lines: [DomainName: Int] = [:]
            for (text, key, value) in reader.pairs(of: node, at: path) ?? [] {
                let name = Kind<DomainName>.hostName.read(key, "\(path).\(text)", &reader)
                let addresses = addressesOfHost.read(value, "\(path).\(text)", &reader)
                guard let name, let addresses else { continue }
                // The same spelling is reported with the keys.
                if let line = lines[name], !hosts.contains(where: { $0.name.isIdentical(to: name) }) {
                    reader.report(
                        "\(path).\(text)", "given more than once; it stands on line \(line) too", at: key)
                }
                lines[name] = key.mark?.line
                reader.remember("\(path)[\(hosts.count)]", at: key)
                hosts.append(Host(name: name, addresses: addresses))
            }
            return hosts
        },
        text: { hosts in
            let pairs = hosts.map { "\($0.name): \(addressesOfHost.text($0.addresses).inOneLine)" }
            return .flow("{" + pairs.joined(separator: ", ") + "}")
        })
}

private let hostsExpectation = "host names, each with an address or a list of addresses"
private let addressesOfHost = Kind<[IPAddress]>.list("addresses", of: .address, minimum: 1)

extension Kind where Value == Configuration.RootHints {
    /// A word, a path, or the servers themselves.
    static let rootHints = Kind(
        expectation: rootHintsExpectation,
        read: { node, path, reader in
            if node.mapping != nil {
                return Kind<[Host]>.hosts.read(node, path, &reader).map(Configuration.RootHints.servers)
            }
            switch node.scalar?.string {
            case "builtin": return .builtIn
            case let file? where file.hasPrefix("/"): return .file(file)
            default:
                reader.expected(rootHintsExpectation, path, found: node)
                return nil
            }
        },
        text: { hints in
            switch hints {
            case .builtIn: .flow("builtin")
            case .file(let path): .flow(YAMLText.scalar(path))
            case .servers(let servers): Kind<[Host]>.hosts.text(servers)
            }
        })
}

private let rootHintsExpectation =
    "builtin, the absolute path of a file, or names of servers with their addresses"
