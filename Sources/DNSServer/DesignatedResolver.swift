public import DNSWire

/// What clients in cleartext are told of the encrypted transports (RFC 9461, RFC 9462).
public struct DesignatedResolver: Sendable, Equatable {
    public enum Service: Sendable, Hashable {
        /// DNS over TLS.
        case tls
        /// DNS over HTTPS at an absolute path.
        case https(path: String)

        /// The port that is meant where a record gives none (RFC 9461 §4.2, §5).
        var defaultPort: UInt16 { self == .tls ? 853 : 443 }

        var protocols: [String] { self == .tls ? ["dot"] : ["h2", "http/1.1"] }
    }

    /// Where one service is listened for; an unspecified address is every interface.
    public struct Endpoint: Sendable, Hashable {
        public var service: Service
        public var address: SocketAddress

        public init(_ service: Service, at address: SocketAddress) {
            self.service = service
            self.address = address
        }
    }

    /// The names of this resolver; the first is the one that clients are sent to. Without any there is nothing to tell.
    public var names: [DomainName] = []
    /// The addresses by which clients reach it; none: by those that it listens on.
    public var addresses: [IPAddress] = []
    public var endpoints: [Endpoint] = []

    public init() {}

    public enum Answer: Sendable, Equatable {
        /// The service records, and the addresses of their target.
        case records(RRset, addresses: [RRset])
        /// The name is ours, and nothing is behind it.
        case noData
    }

    /// Where clients ask that know no more than an address (RFC 9462 §4).
    public static let specialName: DomainName = "_dns.resolver.arpa."
    /// The zone of that name, which is answered here (RFC 9462 §6.4).
    public static let specialZone: DomainName = "resolver.arpa."

    /// Seconds: what is listening changes with a restart only, but clients should not hold on to what has gone.
    static let ttl: UInt32 = 300
    /// Of one family in one record; clients try one or two, and the answer has to fit a datagram.
    static let maximumHints = 4

    /// The answer to a question for SVCB; nil where the name is none of ours.
    ///
    /// - Parameter local: the address that the client asked.
    public func answer(to qname: DomainName, askedAt local: IPAddress) -> Answer? {
        if qname == Self.specialName {
            guard let target = names.first else { return .noData }
            return records(qname, target, local) ?? .noData
        }
        guard let target = names.first(where: { $0.prepending(label: Array("_dns".utf8)) == qname }) else {
            return nil
        }
        return records(qname, target, local)
    }

    /// Nil when there is no service that the client could reach.
    private func records(_ owner: DomainName, _ target: DomainName, _ local: IPAddress) -> Answer? {
        var rdatas: [RData] = []
        var known: [IPAddress] = []
        var seen: Set<Endpoint> = []
        let unspecified = IPAddress(ipv6: 0)
        for endpoint in endpoints {
            // One record for all addresses of a service and port.
            let port = endpoint.address.port
            let key = Endpoint(endpoint.service, at: SocketAddress(unspecified, port: port))
            guard seen.insert(key).inserted else { continue }
            let hints = addresses(
                of: endpoints.filter { $0.service == endpoint.service && $0.address.port == port }
                    .map(\.address.address), local.unmapped)
            guard !hints.isEmpty else { continue }
            var parameters = ServiceParameters()
            parameters.alpn = endpoint.service.protocols
            parameters.port = port == endpoint.service.defaultPort ? nil : port
            parameters.ipv4Hints = Array(hints.filter { $0.family == .ipv4 }.prefix(Self.maximumHints))
            parameters.ipv6Hints = Array(hints.filter { $0.family == .ipv6 }.prefix(Self.maximumHints))
            if case .https(let path) = endpoint.service { parameters.dohPath = path + "{?dns}" }
            let priority = UInt16(clamping: rdatas.count + 1)
            rdatas.append(.service(priority: priority, target: target, parameters))
            known += hints.filter { !known.contains($0) }
        }
        guard !rdatas.isEmpty else { return nil }
        let types = [IPAddress.Family.ipv4, .ipv6].compactMap { family -> RRset? in
            let ofFamily = known.filter { $0.family == family }.prefix(Self.maximumHints)
            guard !ofFamily.isEmpty else { return nil }
            return RRset(
                target, .address(family), ttl: Self.ttl, rdatas: ofFamily.map(RData.address))
        }
        return .records(RRset(owner, .svcb, ttl: Self.ttl, rdatas: rdatas), addresses: types)
    }

    /// By which addresses a client that reached `local` reaches what listens on `bound`; `local` itself comes first.
    private func addresses(of bound: [IPAddress], _ local: IPAddress) -> [IPAddress] {
        guard addresses.isEmpty else { return addresses }
        var reached: [IPAddress] = []
        for address in bound {
            if address.bits == 0 {
                if local.family == address.family, local.bits != 0 { reached.append(local) }
            } else if !address.isLoopback || local.isLoopback {
                reached.append(address)
            }
        }
        let unique = reached.enumerated().filter { index, address in
            reached.firstIndex(of: address) == index
        }.map(\.element)
        return unique.filter { $0 == local } + unique.filter { $0 != local }
    }
}
