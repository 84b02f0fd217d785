import DNSResolution
import DNSServer
import DNSWire
import HomingConfiguration

extension DaemonSettings {
    /// What would be served, in a few lines.
    var summary: [String] {
        let addresses = configuration.listen.addresses.map(\.description).joined(separator: ", ")
        let workers = workerCount == 1 ? "1 worker" : "\(workerCount) workers"
        var lines = ["listens on \(addresses) over UDP and TCP, with \(workers)"]
        lines.append("answers \(clients); refuses all others")
        lines += configuration.forwardZones.map { "forwards \(Self.text(of: $0.suffix, $0.servers))" }
        lines += configuration.stubZones.map {
            "asks for \(Self.text(of: $0.suffix, $0.servers)) as the zone's servers"
        }
        let isForwardingAll = configuration.forwardZones.contains {
            $0.suffix.isRoot && !$0.fallbackToRecursion
        }
        if !isForwardingAll {
            lines.append("resolves \(lines.count > 2 ? "other names" : "names") from the root, \(rootHints)")
        }
        if let validation = server.resolver.validation {
            lines += validation.summary + validation.remarks
        } else {
            lines.append("validates nothing")
        }
        lines.append("keeps a cache of \(Self.size(configuration.cache.size))")
        if !configuration.hosts.isEmpty {
            lines.append("answers for \(Self.count(configuration.hosts.count, "host")) of its own")
        }
        lines += zoneSummary
        if let user = configuration.process.user {
            lines.append("becomes the user \(user) when started as root")
        }
        return lines
    }

    private var clients: String {
        let networks = configuration.access.allow.map(\.description)
        guard !networks.isEmpty else { return "nobody" }
        return "clients in " + networks.joined(separator: ", ")
    }

    private var rootHints: String {
        let servers = Self.count(server.resolver.rootHints.count, "server")
        return switch configuration.resolution.rootHints {
        case .builtIn: "with the built-in list of \(servers)"
        case .file(let path): "with \(servers) from \(path)"
        case .servers: "with \(servers) of its own"
        }
    }

    private static func text(
        of suffix: DomainName, _ servers: [some CustomStringConvertible]
    ) -> String {
        "\(suffix) to \(servers.map(\.description).joined(separator: ", "))"
    }

    static func count(_ number: Int, _ noun: String) -> String {
        "\(number) \(noun)\(number == 1 ? "" : "s")"
    }

    private static func size(_ octets: Int) -> String {
        for (unit, shift) in [("GiB", 30), ("MiB", 20), ("KiB", 10)] where octets & (1 << shift - 1) == 0 {
            return "\(octets >> shift) \(unit)"
        }
        return "\(octets) octets"
    }
}
