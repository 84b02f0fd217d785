import DNSWire

/// What no key of `keys` and `zones` can see alone.
extension ConfigurationReader {
    mutating func checkKeys(_ keys: [ConfiguredKey]) {
        var earlier: [DomainName: String] = [:]
        for (index, key) in keys.enumerated() {
            let path = "keys[\(index)]"
            if let other = earlier[key.name] {
                require(
                    false, ["\(path).name"],
                    "\(key.name) is the name of \(other) too\(line(of: "\(other).name"))")
            }
            earlier[key.name] = path
            let sources = ["secret", "secret-file", "file"].filter { place(of: "\(path).\($0)") != nil }
            require(
                sources.count == 1, [path],
                sources.isEmpty
                    ? "one of secret, secret-file and file must be given"
                    : "\(sources.joined(separator: " and ")) are given, of which one is enough")
            require(
                key.file == nil || place(of: "\(path).algorithm") == nil,
                ["\(path).algorithm", "\(path).file"],
                "the file says how the key signs: algorithm is for the others")
        }
    }

    /// The built-in zones give way instead.
    mutating func checkZones(_ configuration: Configuration) {
        checkLease(configuration.zoneDefaults, at: "zone-defaults")
        guard configuration.zones != ConfiguredZone.builtIn else { return }
        checkNames(configuration)
        for (index, zone) in configuration.zones.enumerated() {
            checkZone(zone, at: "zones[\(index)]", configuration)
        }
    }

    /// What can be seen of one zone alone.
    mutating func checkZone(_ zone: ConfiguredZone, at path: String, _ configuration: Configuration) {
        if zone.isSecondary { checkSecondary(zone, at: path) } else { checkPrimary(zone, at: path) }
        if let catalog = zone.catalog { checkCatalog(catalog, of: zone, at: "\(path).catalog") }
        checkLease(zone.options, at: path)
        require(
            !zone.options.transfer.requireTLS || !configuration.listen.tls.isEmpty,
            ["\(path).transfer.require-tls", "\(path).transfer", "listen.tls"],
            "transfers over TLS need an address to come to, in listen.tls")
        let primaries = [("primaries", zone.primaries), ("catalog.primaries", zone.catalog?.primaries ?? [])]
        for (name, primaries) in primaries {
            for (index, primary) in primaries.enumerated() {
                checkServer(primary.server, at: "\(path).\(name)[\(index)]", configuration)
            }
        }
    }
}

// --- Names ---

extension ConfigurationReader {
    /// A name is answered from one place.
    private mutating func checkNames(_ configuration: Configuration) {
        var routes: [DomainName: String] = [:]
        for (index, zone) in configuration.forwardZones.enumerated() {
            routes[zone.suffix] = "forward-zones[\(index)].suffix"
        }
        for (index, zone) in configuration.stubZones.enumerated() {
            routes[zone.suffix] = "stub-zones[\(index)].suffix"
        }
        let special = Dictionary(
            configuration.specialNames.except.enumerated().map { ($1, $0) },
            uniquingKeysWith: { first, _ in first })
        var earlier: [DomainName: String] = [:]
        for (index, zone) in configuration.zones.enumerated() {
            let path = "zones[\(index)]"
            // Of a name that could not be read, that was said.
            guard !isFaulty("\(path).name"), place(of: "\(path).name") != nil else { continue }
            if let other = earlier[zone.name] {
                require(
                    false, ["\(path).name"],
                    "\(zone.name) is the name of \(other) too\(line(of: "\(other).name"))")
            }
            earlier[zone.name] = path
            if let route = routes[zone.name] {
                require(
                    false, ["\(path).name"],
                    "\(zone.name) is \(route) too\(line(of: route)): either it is held here, or others are asked for it"
                )
            }
            if let index = special[zone.name] {
                require(
                    false, ["\(path).name"],
                    "\(zone.name) is resolved like any other name, by special-names.except[\(index)]")
            }
        }
        checkHosts(configuration.hosts, earlier)
    }

    /// Only a zone shows what is in it; a host inside would be a second truth.
    private mutating func checkHosts(_ hosts: [Host], _ zones: [DomainName: String]) {
        guard !zones.isEmpty else { return }
        for (index, host) in hosts.enumerated() {
            var candidate: DomainName? = host.name
            while let name = candidate {
                if let zone = zones[name] {
                    require(
                        false, ["hosts[\(index)]"],
                        "\(host.name) is inside the zone \(name), \(zone)\(line(of: zone)): its records belong there"
                    )
                    break
                }
                candidate = name.parent
            }
        }
    }
}

// --- Roles ---

extension ConfigurationReader {
    private mutating func checkSecondary(_ zone: ConfiguredZone, at path: String) {
        for key in ["file", "serial", "name-servers", "lease"] {
            require(
                place(of: "\(path).\(key)") == nil, ["\(path).\(key)", "\(path).primaries"],
                "a zone with primaries is as they have it")
        }
        require(
            place(of: "\(path).update-policy") == nil || zone.options.forwardUpdates,
            ["\(path).update-policy", "\(path).primaries"],
            "a zone with primaries is changed there: forward-updates passes updates on")
    }

    private mutating func checkPrimary(_ zone: ConfiguredZone, at path: String) {
        require(
            place(of: "\(path).forward-updates") == nil || !zone.options.forwardUpdates,
            ["\(path).forward-updates"],
            "updates are passed on to primaries, and the zone has none")
        require(
            zone.file == nil || place(of: "\(path).name-servers") == nil,
            ["\(path).name-servers", "\(path).file"],
            "the file has the name servers")
    }

    private mutating func checkCatalog(
        _ catalog: ConfiguredCatalog, of zone: ConfiguredZone, at path: String
    ) {
        let foreign: [String]
        switch catalog.kind {
        case .producer:
            foreign = ["primaries", "members"]
            require(!zone.isSecondary, [path], "a catalog that is made here has no primaries")
            for key in ["file", "update-policy"] {
                let key = "\(path.dropLast("catalog".count))\(key)"
                require(
                    place(of: key) == nil, [key],
                    "what is in a catalog that is made here follows from the zones")
            }
        case .consumer:
            foreign = ["zones"]
            require(
                zone.isSecondary, [path],
                "a catalog that is consumed comes from somewhere: primaries says from where")
            if let members = catalog.members { checkLease(members, at: "\(path).members") }
        }
        for key in foreign {
            require(
                place(of: "\(path).\(key)") == nil, ["\(path).\(key)"],
                "this is not for a \(catalog.kind.rawValue)")
        }
    }

    private mutating func checkLease(_ options: ZoneOptions, at path: String) {
        let lease = options.lease
        for (key, longest) in [("maximum", lease.maximum), ("key-maximum", lease.keyMaximum)] {
            require(
                lease.minimum <= longest, ["\(path).lease.minimum", "\(path).lease.\(key)"],
                "the shortest lease (\(lease.minimum.text)) is over the longest (\(longest.text))")
        }
    }
}
