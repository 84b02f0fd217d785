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
    static func records<Item: Sendable>(
        _ plural: String, blank: Item, _ settings: [Setting<Item>]
    ) -> Kind where Value == [Item] {
        let keys = settings.map(\.name).joined(separator: ", ")
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
                    items.map { item in
                        let pairs = settings.map { "\($0.name): \($0.text(item).inOneLine)" }
                        return "{" + pairs.joined(separator: ", ") + "}"
                    })
            },
            innerKeys: settings.flatMap { setting in
                ["\(setting.name): \(setting.description)"]
                    + setting.innerKeys.map { "\(setting.name).\($0)" }
            })
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
