import DNSWire
import HomingConfiguration

/// Root hints from a master file, such as IANA's `named.root`.
enum RootHintsFile {
    struct Server: Hashable {
        let name: DomainName
        /// At least one.
        let addresses: [IPAddress]
    }

    enum Fault: Error, CustomStringConvertible {
        case unreadable(String)
        case malformed(TextError)
        case noServers(String)
        case noAddresses(String)

        var description: String {
            switch self {
            case .unreadable(let reason): reason
            case .malformed(let error): "\(error)"
            case .noServers(let path): "\(path) has no NS record of the root"
            case .noAddresses(let path): "\(path) has no address of any server of the root"
            }
        }
    }

    /// No file of 13 servers is this long.
    private static let maximumSize = 1 << 20

    /// The servers in the order of their NS records, each with the addresses that the file has for it.
    static func read(_ path: String) throws(Fault) -> [Server] {
        let text: String
        do {
            text = try ConfiguredFile.text(of: path, purpose: "root hints", maximumSize: maximumSize)
        } catch {
            throw .unreadable(error.description)
        }
        return try servers(in: text, path: path)
    }

    static func servers(in text: String, path: String) throws(Fault) -> [Server] {
        var names: [DomainName] = []
        var addresses: [DomainName: [IPAddress]] = [:]
        // Hints are used as they are, so a file without TTLs will do.
        var reader = MasterFileReader(text: text, origin: .root, defaultTTL: 3_600_000, name: path)
        do throws(TextError) {
            while let record = try reader.next() {
                switch record.type {
                case .ns where record.ownerName.isRoot:
                    if let name = record.rdata.name(at: 0) { names.append(name) }
                case .a, .aaaa:
                    if let address = IPAddress(octets: record.rdata.bytes) {
                        addresses[record.ownerName, default: []].append(address)
                    }
                default: break
                }
            }
        } catch {
            throw .malformed(error)
        }
        guard !names.isEmpty else { throw .noServers(path) }
        let servers = names.compactMap { name in
            addresses[name].map { Server(name: name, addresses: $0) }
        }
        guard !servers.isEmpty else { throw .noAddresses(path) }
        return servers
    }
}
