import DNSWire
import HomingConfiguration

/// By which names and addresses clients know this resolver: what its own certificate is for, and what they are told.
struct ResolverIdentity: Sendable, Hashable {
    /// In the order of preference.
    let names: [DomainName]
    /// As far as can be told.
    let addresses: [IPAddress]

    /// A machine with more addresses is a router of many networks; its operator will name those that count.
    static let maximumAddresses = 32

    /// As configured; what is not, is as the machine says.
    init(_ configuration: Configuration, machine: Machine) {
        names = configuration.tls.names.isEmpty ? machine.name.map { [$0] } ?? [] : configuration.tls.names
        guard configuration.tls.addresses.isEmpty else {
            addresses = configuration.tls.addresses
            return
        }
        var found: [IPAddress] = []
        for listener in configuration.listen.tls + configuration.listen.https {
            let address = listener.address.unmapped
            let meant =
                address.bits == 0 ? machine.addresses.filter { $0.family == address.family } : [address]
            found += meant.filter { !found.contains($0) }
        }
        // What only programs on this machine can use comes last.
        let ordered = found.filter { !$0.isLoopback } + found.filter(\.isLoopback)
        addresses = Array(ordered.prefix(Self.maximumAddresses))
    }

    /// The names of a certificate: programs on this machine say `localhost`, too.
    var certificateNames: [DomainName] {
        let isLocal = addresses.isEmpty || addresses.contains(where: \.isLoopback)
        let localhost: DomainName = "localhost."
        return names + (isLocal && !names.contains(localhost) ? [localhost] : [])
    }

    /// What clients are told to ask for: the first name, or the first address.
    var serverName: String {
        names.first.map(Self.text) ?? addresses.first.map(\.description) ?? "localhost"
    }

    /// A name as people and certificates write it, without the root's dot.
    static func text(_ name: DomainName) -> String {
        let text = name.description
        return text.hasSuffix(".") ? String(text.dropLast()) : text
    }
}
