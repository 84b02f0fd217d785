import DNSResolution
import DNSServer
import DNSTransport
import DNSWire
import HomingConfiguration

/// What a reload means for what is running.
extension DaemonSettings {
    /// The keys whose new values wait for a restart: sockets, workers and the cache's frame are made once.
    func keysNeedingRestart(since old: DaemonSettings) -> [String] {
        let (new, old) = (configuration, old.configuration)
        var keys: [String] = []
        func compare<Value: Equatable>(_ key: String, _ path: KeyPath<Configuration, Value>) {
            if new[keyPath: path] != old[keyPath: path] { keys.append(key) }
        }
        compare("listen.addresses", \.listen.addresses)
        compare("listen.tls", \.listen.tls)
        compare("listen.https", \.listen.https)
        compare("listen.http", \.listen.http)
        compare("listen.proxy-protocol", \.listen.proxyProtocol)
        compare("upstream.source-addresses", \.upstream.sourceAddresses)
        compare("upstream.authorities", \.upstream.authorities)
        compare("cache.size", \.cache.size)
        compare("cache.minimum-ttl", \.cache.minimumTTL)
        compare("cache.maximum-ttl", \.cache.maximumTTL)
        compare("cache.maximum-negative-ttl", \.cache.maximumNegativeTTL)
        compare("cache.stale-kept", \.cache.staleKept)
        if new.answers.ednsSize > old.answers.ednsSize { keys.append("answers.edns-size") }
        compare("limits.connections-per-worker", \.limits.connectionsPerWorker)
        compare("limits.connections-per-client", \.limits.connectionsPerClient)
        compare("limits.idle-connection", \.limits.idleConnection)
        compare("process.workers", \.process.workers)
        compare("process.state-directory", \.process.stateDirectory)
        compare("process.user", \.process.user)
        compare("process.group", \.process.group)
        return keys
    }

    /// Whether what was judged secure, insecure or bogus may be something else now.
    func judgesDifferently(from old: DaemonSettings) -> Bool {
        let oldAnchors = old.server.resolver.validation?.anchors
        let (new, old) = (configuration.dnssec, old.configuration.dnssec)
        return new.mode != old.mode || new.sha1 != old.sha1 || new.signatureSkew != old.signatureSkew
            || server.resolver.validation?.anchors != oldAnchors
    }

    /// The names whose cached answers may be wrong now: those that are, or were, answered here or by servers of the
    /// operator's choice. A route for all names is left out: what is cached is true whoever it came from.
    func namesAffected(since old: DaemonSettings) -> Set<DomainName> {
        var names: Set<DomainName> = []
        let (new, old) = (configuration, old.configuration)
        if new.hosts != old.hosts {
            for host in new.hosts + old.hosts {
                names.insert(host.name)
                names.formUnion(host.addresses.map { DomainName(reverseOf: $0) })
            }
        }
        if new.discovery != old.discovery { names.insert(DesignatedResolver.specialZone) }
        if new.tls.names != old.tls.names {
            // Their service records are answered here now, or not any more.
            names.formUnion(
                (new.tls.names + old.tls.names).compactMap { $0.prepending(label: Array("_dns".utf8)) })
        }
        if new.specialNames != old.specialNames {
            names.formUnion(LocalNames.builtInNames)
        }
        if new.forwardZones != old.forwardZones || new.stubZones != old.stubZones {
            let suffixes = [new, old].flatMap {
                $0.forwardZones.map(\.suffix) + $0.stubZones.map(\.suffix)
            }
            names.formUnion(suffixes.filter { !$0.isRoot })
        }
        return names
    }
}
