import DNSWire

/// What no key can see alone. A check is left out when one of its keys is faulty already.
extension ConfigurationReader {
    mutating func checkTogether(_ configuration: Configuration) {
        checkListeners(configuration.listen)
        checkFamilies(configuration.upstream)
        checkRootServers(configuration)
        checkRoutes(configuration)
        checkKeys(configuration.keys)
        checkZones(configuration)
        checkAccess(configuration.access)
        require(
            configuration.cache.minimumTTL <= configuration.cache.maximumTTL,
            ["cache.minimum-ttl", "cache.maximum-ttl"],
            "cache.minimum-ttl (\(configuration.cache.minimumTTL.text)) is over cache.maximum-ttl "
                + "(\(configuration.cache.maximumTTL.text))")
        require(
            configuration.process.group == nil || configuration.process.user != nil,
            ["process.group", "process.user"], "process.group needs process.user")
    }

    /// Reports at the first of the keys that the file gives, unless one of them is faulty.
    mutating func require(_ holds: Bool, _ keys: [String], _ message: String) {
        guard !holds, !keys.contains(where: isFaulty) else { return }
        let key = keys.first { place(of: $0) != nil } ?? keys[0]
        report(key, message, at: place(of: key))
    }
}

extension ConfigurationReader {
    /// `, on line 7` of a key that the file gives.
    func line(of key: String) -> String {
        place(of: key).map { ", on line \($0.line)" } ?? ""
    }
}

// --- Addresses ---

extension ConfigurationReader {
    /// One address and port is for one protocol, and what is not encrypted stays on the machine.
    private mutating func checkListeners(_ listen: Configuration.Listen) {
        let lists = [
            ("addresses", listen.addresses), ("tls", listen.tls), ("https", listen.https),
            ("http", listen.http),
        ]
        var earlier: [SocketAddress: String] = [:]
        for (name, addresses) in lists {
            for (index, address) in addresses.enumerated() {
                let key = "listen.\(name)"
                if let other = earlier[address], other != key {
                    require(false, ["\(key)[\(index)]"], "\(address) is in \(other) too")
                }
                earlier[address] = key
            }
        }
        for (index, address) in listen.http.enumerated() where !listen.httpFromAnywhere {
            require(
                NetworkBlocks.loopback.contains(address.address.unmapped),
                ["listen.http[\(index)]", "listen.http-from-anywhere"],
                "\(address) is not loopback, and queries to it can be read on their way; "
                    + "listen.http-from-anywhere allows it")
        }
    }

    private mutating func checkFamilies(_ upstream: Configuration.Upstream) {
        require(
            upstream.ipv4 || upstream.ipv6, ["upstream.ipv6", "upstream.ipv4"],
            "no server can be asked when upstream.ipv4 and upstream.ipv6 are both off")
        for (index, address) in upstream.sourceAddresses.enumerated() {
            checkReach(of: address, at: "upstream.source-addresses[\(index)]", upstream)
        }
    }

    private mutating func checkRootServers(_ configuration: Configuration) {
        guard case .servers(let servers) = configuration.resolution.rootHints else { return }
        let key = "resolution.root-hints"
        require(!servers.isEmpty, [key], "expected at least one server, found none")
        for (index, server) in servers.enumerated() {
            for address in server.addresses {
                require(
                    !configuration.upstream.neverAsk.contains(address),
                    ["\(key)[\(index)]", "upstream.never-ask"],
                    "\(address) is never asked, by upstream.never-ask")
            }
        }
    }

    /// An address of a family that is off is of no use as source or server. With both off, that is the
    /// mistake.
    private mutating func checkReach(
        of address: IPAddress, at key: String, _ upstream: Configuration.Upstream
    ) {
        let (isOn, familyKey) =
            switch address.family {
            case .ipv4: (upstream.ipv4 || !upstream.ipv6, "upstream.ipv4")
            case .ipv6: (upstream.ipv6 || !upstream.ipv4, "upstream.ipv6")
            }
        require(isOn, [key, familyKey], "\(address) cannot be used: \(familyKey) is off")
    }
}

// --- Forward and stub zones ---

extension ConfigurationReader {
    private mutating func checkRoutes(_ configuration: Configuration) {
        let forward = configuration.forwardZones.map { ($0.suffix, $0.servers) }
        let stub = configuration.stubZones.map { ($0.suffix, $0.servers.map { UpstreamServer($0) }) }
        let zones = [("forward-zones", forward), ("stub-zones", stub)]
            .flatMap { list, zones in
                zones.enumerated().map { index, zone in
                    (key: "\(list)[\(index)]", suffix: zone.0, servers: zone.1)
                }
            }
            .filter { !isFaulty($0.key) }
        var earlier: [DomainName: String] = [:]
        for (key, suffix, servers) in zones {
            if let other = earlier[suffix] {
                require(
                    false, ["\(key).suffix"],
                    "\(suffix) is the suffix of \(other) too\(line(of: "\(other).suffix"))")
            }
            earlier[suffix] = key
            for (index, server) in servers.enumerated() {
                checkServer(server, at: "\(key).servers[\(index)]", configuration)
            }
        }
    }

    /// A server has to be reachable, and another than we.
    mutating func checkServer(
        _ server: UpstreamServer, at key: String, _ configuration: Configuration
    ) {
        let (listeners, listenersKey) =
            switch server.transport {
            case .plain: (configuration.listen.addresses, "listen.addresses")
            case .tls: (configuration.listen.tls, "listen.tls")
            case .https: (configuration.listen.https, "listen.https")
            }
        for address in server.addresses {
            checkReach(of: address.address, at: key, configuration.upstream)
            require(
                !listeners.contains { $0.reaches(address) }, [key, listenersKey],
                "\(address) is an address that Homing itself listens on: queries would go round in a loop")
        }
    }
}

extension SocketAddress {
    /// Whether what listens here hears what is sent to `other`, as far as the two addresses tell: with "every
    /// interface", our own addresses are not known, but loopback is among them.
    fileprivate func reaches(_ other: SocketAddress) -> Bool {
        let (mine, target) = (address.unmapped, other.address.unmapped)
        guard port == other.port else { return false }
        let isWildcard = mine.bits == 0 && mine.family == target.family
        return mine == target || isWildcard && (target.bits == 0 || NetworkBlocks.loopback.contains(target))
    }
}

// --- Access ---

extension ConfigurationReader {
    private mutating func checkAccess(_ access: Configuration.Access) {
        let lists = [("allow", access.allow), ("refuse", access.refuse), ("drop", access.drop)]
        var earlier: [IPNetwork: String] = [:]
        for (name, networks) in lists {
            for (index, network) in networks.enumerated() {
                let key = "access.\(name)"
                if let other = earlier[network], other != key {
                    require(false, ["\(key)[\(index)]"], "\(network) is in \(other) too")
                }
                earlier[network] = key
            }
        }
    }
}
