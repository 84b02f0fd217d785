import DNSCache
import DNSResolution
import DNSServer
import DNSTransport
import DNSValidation
import DNSWire
import Logging

extension ResolverService {
    /// The daemon's own service, set up as a scenario's header asks, with all chance taken out of it.
    ///
    /// - Parameter defaults: Homing's own, or those that other projects' files take for granted.
    static func scripted(
        _ context: ScriptedWorker, _ wanted: ScenarioSettings, defaults: ServerSettings = ServerSettings()
    ) -> ResolverService {
        var random = RandomSource(seed: 1)
        let limits = cacheLimits(wanted)
        let cache = Cache(limits: limits, hashKey: .random(using: &random))
        var log = Logger(label: "scenario") { _ in SwiftLogNoOpLogHandler() }
        log.logLevel = .critical
        return ResolverService(
            context, settings: serverSettings(wanted, defaults), cache: cache,
            secrets: ServiceSecrets(random: &random),
            random: random, log: log)
    }

    private static func cacheLimits(_ wanted: ScenarioSettings) -> Cache.Limits {
        var limits = Cache.Limits()
        limits.byteCeiling = 4 << 20
        limits.minimumTTL = wanted.minimumTTL ?? limits.minimumTTL
        limits.maximumTTL = wanted.maximumTTL ?? limits.maximumTTL
        limits.maximumNegativeTTL = wanted.maximumNegativeTTL ?? limits.maximumNegativeTTL
        limits.staleWindow = wanted.staleLimitSeconds ?? limits.staleWindow
        return limits
    }

    private static func serverSettings(
        _ wanted: ScenarioSettings, _ defaults: ServerSettings
    ) -> ServerSettings {
        var settings = defaults
        settings.resolver = resolverSettings(wanted, defaults.resolver)
        settings.access = AccessPolicy(allow: ["0.0.0.0/0", "::/0"].compactMap { IPNetwork($0) })
        settings.rotation = false
        settings.signalsAnchors = wanted.signalsTrustAnchors ?? false
        settings.prefetch = wanted.prefetch ?? settings.prefetch
        settings.minimalResponses = wanted.minimalResponses ?? settings.minimalResponses
        settings.serveStale = wanted.serveStale ?? settings.serveStale
        settings.staleTTL = wanted.staleReplyTTL ?? settings.staleTTL
        settings.staleAnswerDelay =
            wanted.staleClientTimeoutMilliseconds.map(Int64.init) ?? settings.staleAnswerDelay
        if wanted.rebindingProtection == false { settings.rebinding = nil }
        if !wanted.privateAddresses.isEmpty {
            settings.rebinding = RebindingProtection()
            settings.rebinding?.networks = wanted.privateAddresses
        }
        settings.rebinding?.allowed = wanted.privateDomains
        return settings
    }

    private static func resolverSettings(
        _ wanted: ScenarioSettings, _ defaults: ResolverSettings
    ) -> ResolverSettings {
        var settings = defaults
        if !wanted.rootHints.isEmpty {
            settings.rootHints = [
                Delegation.NameServer("hint.root-servers.test.", addresses: wanted.rootHints.map(\.address))
            ]
        }
        settings.routes = wanted.stubZones.map {
            ZoneRoute(suffix: $0.name, servers: $0.servers, kind: .stub)
        }
        settings.routes += wanted.forwardZones.map {
            ZoneRoute(
                suffix: $0.name, servers: $0.servers, kind: .forward(fallsBack: $0.fallsBackToRecursion))
        }
        switch wanted.minimisation {
        case .off: settings.minimisation = .off
        case .relaxed: settings.minimisation = .relaxed
        case .strict: settings.minimisation = .strict
        case nil: break
        }
        settings.usesIPv4 = wanted.useIPv4 ?? settings.usesIPv4
        settings.usesIPv6 = wanted.useIPv6 ?? settings.usesIPv6
        // Replies in scripts are written without regard to what a daemon would have sent along.
        settings.cookies = false
        settings.caseRandomisation = wanted.randomisesQueryCase ?? false
        settings.localNames = LocalNames(excluded: Set(wanted.unservedZones))
        for (name, address) in wanted.hosts { settings.localNames.add(host: name, address: address) }
        if wanted.asksLoopback { settings.neverAsked = [] }
        if !wanted.trustAnchors.isEmpty { settings.validation = validation(wanted) }
        return settings
    }

    private static func validation(_ wanted: ScenarioSettings) -> ResolverValidation {
        let anchors = TrustAnchorSet(anchors: wanted.trustAnchors, negative: wanted.negativeTrustAnchors)
        var validation = ResolverValidation(
            anchors: anchors, verifier: ForgingVerifier(forged: wanted.forgedAlgorithms))
        validation.settings.ignoresDates = wanted.ignoresSignatureDates
        validation.isAggressive = wanted.usesProofsAggressively ?? validation.isAggressive
        if let iterations = wanted.iterationLimit { validation.settings.limits.iterations = iterations }
        return validation
    }
}

extension ServerSettings {
    /// What files written for other resolvers take for granted.
    static let ofOthers: ServerSettings = {
        var settings = ServerSettings()
        settings.rebinding = nil
        settings.serveStale = false
        settings.prefetch = false
        settings.resolver.neverAsked = ["127.0.0.0/8", "::1/128"].compactMap { IPNetwork($0) }
        return settings
    }()
}
