import DNSCache
import DNSResolution
import DNSServer
import DNSTransport
import DNSWire
import DNSZones
import Foundation
import HomingConfiguration

/// What a configuration means for each part of the house.
struct DaemonSettings: Sendable {
    let configuration: Configuration
    var server: ServerSettings
    var worker: DNSTransport.WorkerConfiguration
    let encryption: EncryptionSettings
    /// Those that the configuration gives.
    let keys: [TransactionKey]
    let cache: DNSCache.Cache.Limits
    let workerCount: Int

    /// Whether something of it is to outlast a restart: what is learned of trust anchors, certificates of our own, zones.
    var keepsState: Bool {
        let keepsAnchors = server.resolver.validation != nil && configuration.dnssec.followRollovers
        return keepsAnchors || encryption.makesOwn || !configuration.heldZones.isEmpty
    }

    /// - Parameters:
    ///   - file: its name in messages.
    ///   - machine: what the configuration leaves to it.
    /// - Throws: all that only the house, and not the file alone, can tell to be wrong.
    init(
        _ configuration: Configuration, file: String, machine: Machine = .current()
    ) throws(ConfigurationFaults) {
        var faults: [String] = []
        self.configuration = configuration
        var server = configuration.serverSettings
        switch configuration.resolution.rootHints {
        case .builtIn: break
        case .servers(let hosts):
            server.resolver.rootHints = hosts.map { Delegation.NameServer($0.name, addresses: $0.addresses) }
        case .file(let path):
            do {
                server.resolver.rootHints = try RootHintsFile.read(path).map {
                    Delegation.NameServer($0.name, addresses: $0.addresses)
                }
            } catch {
                faults.append("\(file): resolution.root-hints: \(error)")
            }
        }
        server.resolver.validation = Self.validation(configuration.dnssec, file: file, &faults)
        for (index, name) in configuration.specialNames.except.enumerated()
        where !LocalNames.builtInNames.contains(name) {
            let hint = Self.builtInName(meantBy: name).map { "; the name to give is \($0)" } ?? ""
            faults.append(
                "\(file): special-names.except[\(index)]: \(name) is not one of the names answered here by convention"
                    + hint)
        }
        encryption = EncryptionSettings(configuration, machine: machine, file: file, &faults)
        if configuration.discovery.ddr {
            server.designation = encryption.designation(configuration)
        }
        keys = Self.keys(configuration, file: file, &faults)
        let authorities = configuration.upstream.authorities.flatMap {
            Self.authorities(path: $0, file: file, &faults)
        }
        guard faults.isEmpty else { throw ConfigurationFaults(lines: faults) }
        self.server = server
        worker = configuration.workerConfiguration
        worker.upstreamAuthorities = authorities
        cache = configuration.cacheLimits
        workerCount = configuration.process.workers ?? max(1, ProcessInfo.processInfo.activeProcessorCount)
    }

    /// Loads a file; without one, the defaults.
    ///
    /// - Parameter stateDirectory: in the place of the one that the file names.
    static func load(
        path: String?, stateDirectory: String? = nil
    ) throws(ConfigurationFaults) -> DaemonSettings {
        var configuration = Configuration()
        if let path {
            do throws(ConfigurationProblems) {
                configuration = try Configuration.load(path: path)
            } catch {
                throw ConfigurationFaults(lines: error.problems.map(\.description))
            }
        }
        if let stateDirectory { configuration.process.stateDirectory = stateDirectory }
        return try DaemonSettings(configuration, file: path ?? "built-in defaults")
    }

    /// A megabyte is several times what browsers trust.
    private static let largestAuthorities = 1 << 20

    private static func authorities(path: String, file: String, _ faults: inout [String]) -> [UInt8]? {
        do {
            let octets = try ConfiguredFile.octets(
                of: path, purpose: "authorities", maximumSize: largestAuthorities)
            try DNSTransport.WorkerConfiguration.check(authorities: octets)
            return octets
        } catch let error as TLSSetupError {
            faults.append("\(file): upstream.authorities: \(path): \(error)")
        } catch {
            faults.append("\(file): upstream.authorities: \(error)")
        }
        return nil
    }

    /// The built-in name that `name` is in, or that is the first in `name`.
    private static func builtInName(meantBy name: DomainName) -> DomainName? {
        LocalNames.builtInNames.first { name.isSubdomain(of: $0) }
            ?? LocalNames.builtInNames.first { $0.isSubdomain(of: name) && !name.isRoot }
    }
}

/// All that is wrong with a configuration, a line for each; at least one.
struct ConfigurationFaults: Error, Equatable, CustomStringConvertible {
    let lines: [String]

    var description: String { lines.joined(separator: "\n") }
}

//--- The parts ---

extension Configuration {
    fileprivate var serverSettings: ServerSettings {
        var settings = ServerSettings()
        settings.access = AccessPolicy(allow: access.allow, refuse: access.refuse, drop: access.drop)
        settings.rateLimit = rateLimit.enabled ? responseRateLimit : nil
        settings.cookies =
            switch answers.cookies {
            case .off: .off
            case .on: .on
            case .required: .required
            }
        settings.payloadSize = UInt16(clamping: answers.ednsSize)
        settings.nsid = answers.nsid
        settings.identity = answers.idServer
        settings.version = answers.versionBind
        settings.rotation = answers.rotation
        settings.minimalResponses = answers.minimal
        settings.rebinding = rebindingProtection.enabled ? rebinding : nil
        settings.prefetch = cache.prefetch
        settings.serveStale = cache.serveStale
        settings.staleAnswerDelay = cache.staleAnswerDelay.milliseconds
        settings.staleTTL = cache.staleAnswerTTL.wholeSeconds
        settings.keepalive = UInt16(clamping: limits.idleConnection.milliseconds / 100)
        settings.clientsPerResolution = limits.clientsPerResolution
        settings.resolutionsPerWorker = limits.resolutionsPerWorker
        settings.ednsOptions = limits.ednsOptions
        settings.logsQueries = log.queries
        settings.sentinel = dnssec.sentinel
        settings.signalsAnchors = dnssec.signalAnchors
        settings.resolver = resolverSettings
        return settings
    }

    /// All but the root hints and validation, which need other files.
    private var resolverSettings: ResolverSettings {
        var settings = ResolverSettings()
        settings.priming = resolution.priming
        settings.minimisation =
            switch resolution.qnameMinimisation {
            case .strict: .strict
            case .relaxed: .relaxed
            case .off: .off
            }
        settings.caseRandomisation = upstream.caseRandomisation
        settings.opportunisticTLS = upstream.opportunisticTLS
        settings.cookies = upstream.cookies
        settings.payloadSize = UInt16(clamping: upstream.ednsSize)
        settings.usesIPv4 = upstream.ipv4
        settings.usesIPv6 = upstream.ipv6
        settings.neverAsked = upstream.neverAsk
        settings.routes = routes
        settings.localNames = localNames
        settings.limits.upstreamQueries = limits.upstreamQueries
        settings.limits.aliasChain = limits.aliasChain
        settings.limits.addressLookupsPerDelegation = limits.addressLookupsPerDelegation
        settings.limits.addressLookups = limits.addressLookupQueries
        settings.limits.nameServersPerDelegation = limits.nameServersPerDelegation
        settings.limits.addressesPerNameServer = limits.addressesPerNameServer
        settings.limits.deadline = limits.resolutionDeadline.milliseconds
        settings.limits.failureTTL = cache.failureTTL.wholeSeconds
        return settings
    }

    private var responseRateLimit: DNSServer.RateLimit {
        var limit = DNSServer.RateLimit()
        limit.responsesPerSecond = rateLimit.responsesPerSecond
        limit.slip = rateLimit.slip
        limit.ipv4PrefixLength = rateLimit.ipv4PrefixLength
        limit.ipv6PrefixLength = rateLimit.ipv6PrefixLength
        limit.exempt = rateLimit.exempt
        return limit
    }

    /// A zone that the operator routes is the operator's to fill, unless it is all of the name space.
    private var rebinding: DNSServer.RebindingProtection {
        var protection = DNSServer.RebindingProtection()
        protection.networks = rebindingProtection.networks
        protection.allowed = rebindingProtection.allow + routes.map(\.suffix).filter { !$0.isRoot }
        return protection
    }

    private var routes: [ZoneRoute] {
        forwardZones.map { zone in
            ZoneRoute(
                suffix: zone.suffix, servers: zone.servers.flatMap(\.routeServers),
                kind: .forward(fallsBack: zone.fallbackToRecursion))
        } + stubZones.map { ZoneRoute(suffix: $0.suffix, servers: $0.servers, kind: .stub) }
    }

    /// What has servers of its own in the configuration is theirs to answer, inside a built-in name, too.
    private var localNames: LocalNames {
        let excluded = Set(specialNames.except).union(routes.map(\.suffix))
        var names = LocalNames(builtIn: specialNames.enabled, excluded: excluded)
        for host in hosts {
            for address in host.addresses { names.add(host: host.name, address: address) }
        }
        return names
    }

    fileprivate var workerConfiguration: DNSTransport.WorkerConfiguration {
        var configuration = DNSTransport.WorkerConfiguration()
        configuration.largestDatagramResponse = answers.ednsSize
        configuration.connections = limits.connectionsPerWorker
        configuration.connectionsPerClient = limits.connectionsPerClient
        configuration.handshakes = max(1, limits.connectionsPerWorker / 2)
        configuration.idleTimeout = limits.idleConnection.milliseconds * 1_000_000
        // A margin past the deadline, so that it acts only when the service lost a query.
        configuration.deferredTimeout = (limits.resolutionDeadline.milliseconds + 5_000) * 1_000_000
        // One socket per resolution in flight, and a quarter more for their children.
        configuration.upstreamSockets = limits.resolutionsPerWorker + limits.resolutionsPerWorker / 4
        configuration.proxies = listen.proxyProtocol
        configuration.outgoingAddresses = upstream.sourceAddresses
        return configuration
    }

    fileprivate var cacheLimits: DNSCache.Cache.Limits {
        var limits = DNSCache.Cache.Limits()
        limits.byteCeiling = cache.size
        limits.maximumTTL = cache.maximumTTL.wholeSeconds
        limits.minimumTTL = cache.minimumTTL.wholeSeconds
        limits.maximumNegativeTTL = cache.maximumNegativeTTL.wholeSeconds
        limits.recordsPerRRset = self.limits.recordsPerRRset
        limits.answerSize = self.limits.cachedAnswerSize
        limits.staleWindow = cache.serveStale ? cache.staleKept.wholeSeconds : 0
        return limits
    }
}

extension Duration {
    var milliseconds: Int64 {
        components.seconds * 1_000 + components.attoseconds / 1_000_000_000_000_000
    }

    /// Rounded up, so that no duration becomes none.
    var wholeSeconds: UInt32 {
        UInt32(clamping: components.seconds + (components.attoseconds > 0 ? 1 : 0))
    }
}
