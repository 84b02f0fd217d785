import DNSValidation
import DNSWire
import Foundation

/// What a header asks of the resolver, in Homing's words. `nil` leaves Homing's default in force.
struct ScenarioSettings {
    enum Minimisation {
        case off, relaxed, strict
    }

    /// A zone that is asked at given servers.
    struct Zone {
        var name: DomainName
        var servers: [SocketAddress]
        /// Forwarders only: recursion takes over when they fail.
        var fallsBackToRecursion = false
    }

    var rootHints: [SocketAddress] = []
    var stubZones: [Zone] = []
    var forwardZones: [Zone] = []
    var minimisation: Minimisation?
    var useIPv4: Bool?
    var useIPv6: Bool?
    var minimalResponses: Bool?
    var minimumTTL: UInt32?
    var maximumTTL: UInt32?
    var maximumNegativeTTL: UInt32?
    var prefetch: Bool?
    var serveStale: Bool?
    var staleClientTimeoutMilliseconds: Int?
    var staleReplyTTL: UInt32?
    var staleLimitSeconds: UInt32?
    var randomisesQueryCase: Bool?
    var rebindingProtection: Bool?
    var privateAddresses: [IPNetwork] = []
    var privateDomains: [DomainName] = []
    /// Special zones that are asked like any other instead of answered here.
    var unservedZones: [DomainName] = []
    var hosts: [(name: DomainName, address: IPAddress)] = []
    private var hintName: DomainName?
    /// Keys that have no meaning here. In Homing's own files there may be none.
    var unknownKeys: Set<String> = []
    /// Nothing is validated where there are none.
    var trustAnchors: [TrustAnchor] = []
    var negativeTrustAnchors: [DomainName] = []
    /// Follows keys that change (RFC 5011), with a state file in unbound's own format.
    var hasAutomatedTrustAnchor = false
    /// Seconds since 1970 at the scenario's start; nil: now, by the runner's clock.
    var signatureTime: Int64?
    var ignoresSignatureDates = false
    /// NSEC3 iterations that are believed.
    var iterationLimit: UInt16?
    /// Servers may be at loopback addresses.
    var asksLoopback = false
    /// Denials are made from proofs in the cache (RFC 8198).
    var usesProofsAggressively: Bool?
    /// The root is told which keys are trusted (RFC 8145).
    var signalsTrustAnchors: Bool?
    /// Algorithms of which every signature is taken for good.
    var forgedAlgorithms: Set<SecurityAlgorithm> = []

    private static let defaultPort: UInt16 = 53

    init(_ header: ScenarioHeader) throws(ScenarioError) {
        for setting in header.serverSettings { try take(setting) }
        for clause in header.clauses("stub-zone") {
            let zone = try Self.zone(clause, address: "stub-addr")
            if zone.name.isRoot { rootHints += zone.servers } else { stubZones.append(zone) }
        }
        for clause in header.clauses("forward-zone") {
            forwardZones.append(try Self.zone(clause, address: "forward-addr"))
        }
        let known: Set = ["", "server", "homing", "stub-zone", "forward-zone"]
        unknownKeys.formUnion(header.clauses.map(\.name).filter { !known.contains($0) })
    }

    private mutating func take(_ setting: ScenarioHeader.Setting) throws(ScenarioError) {
        switch setting.key {
        case "stub-addr": rootHints.append(try Self.server(setting))
        case "stub-name": break
        case "forward-addr":
            forwardZones.append(Zone(name: .root, servers: [try Self.server(setting)]))
        case "qname-minimisation", "query-minimization":
            if minimisation != .strict { minimisation = try Self.isOn(setting) ? .relaxed : .off }
        case "qname-minimisation-strict":
            if try Self.isOn(setting) { minimisation = .strict }
        case "do-ip4": useIPv4 = try Self.isOn(setting)
        case "do-ip6": useIPv6 = try Self.isOn(setting)
        case "minimal-responses": minimalResponses = try Self.isOn(setting)
        case "cache-min-ttl": minimumTTL = try Self.number(setting)
        case "cache-max-ttl": maximumTTL = try Self.number(setting)
        case "cache-max-negative-ttl": maximumNegativeTTL = try Self.number(setting)
        case "prefetch": prefetch = try Self.isOn(setting)
        case "serve-expired": serveStale = try Self.isOn(setting)
        case "serve-expired-client-timeout": staleClientTimeoutMilliseconds = try Self.number(setting)
        case "serve-expired-reply-ttl": staleReplyTTL = try Self.number(setting)
        case "serve-expired-ttl": staleLimitSeconds = try Self.number(setting)
        case "use-caps-for-id": randomisesQueryCase = try Self.isOn(setting)
        case "rebinding-protection": rebindingProtection = try Self.isOn(setting)
        case "private-address":
            guard let network = IPNetwork(setting.words.first ?? "") else {
                throw ScenarioError(line: setting.line, reason: "\(setting.key) takes a network")
            }
            privateAddresses.append(network)
        case "private-domain": privateDomains.append(try Self.name(setting))
        case "local-zone" where setting.words.last == "nodefault":
            unservedZones.append(try Self.name(setting))
        case "features": try takeFeature(setting)
        case "trust-anchor", "trusted-keys": trustAnchors.append(try Self.anchor(setting))
        case "trust-anchor-file", "auto-trust-anchor-file": hasAutomatedTrustAnchor = true
        case "domain-insecure": negativeTrustAnchors.append(try Self.name(setting))
        case "val-override-date", "val-override-timestamp": try takeTime(setting)
        case "aggressive-nsec": usesProofsAggressively = try Self.isOn(setting)
        case "trust-anchor-signaling": signalsTrustAnchors = try Self.isOn(setting)
        case "fake-sha1" where try Self.isOn(setting):
            forgedAlgorithms.formUnion([.dsa, .rsaSHA1, .dsaNSEC3SHA1, .rsaSHA1NSEC3SHA1])
        case "fake-dsa" where try Self.isOn(setting):
            forgedAlgorithms.formUnion([.dsa, .dsaNSEC3SHA1])
        case "fake-sha1", "fake-dsa": break
        case "do-not-query-localhost": asksLoopback = try !Self.isOn(setting)
        default: unknownKeys.insert(setting.key)
        }
    }

    /// `YYYYMMDDHHMMSS`, seconds since 1970, or -1 for no dates at all.
    private mutating func takeTime(_ setting: ScenarioHeader.Setting) throws(ScenarioError) {
        let digits = setting.words.first ?? ""
        guard let number = Int64(digits) else {
            throw ScenarioError(line: setting.line, reason: "\(setting.key) takes a time")
        }
        guard number >= 0 else {
            ignoresSignatureDates = true
            return
        }
        guard digits.count == 14 else {
            signatureTime = number
            return
        }
        let time = DateComponents(
            timeZone: .gmt, year: Int(number / 10_000_000_000), month: Int(number / 100_000_000 % 100),
            day: Int(number / 1_000_000 % 100), hour: Int(number / 10_000 % 100),
            minute: Int(number / 100 % 100), second: Int(number % 100))
        signatureTime = Calendar(identifier: .gregorian).date(from: time)
            .map { Int64($0.timeIntervalSince1970) }
    }

    /// Read with less care than the daemon's own files, for some scenarios are about anchors that make no sense.
    private static func anchor(_ setting: ScenarioHeader.Setting) throws(ScenarioError) -> TrustAnchor {
        do {
            var reader = MasterFileReader(
                text: setting.words.joined(separator: " "), origin: .root, defaultTTL: 0)
            if let record = try reader.next() {
                return TrustAnchor(
                    zone: record.ownerName,
                    signers: record.type == .ds ? [DelegationSigner(record.rdata)].compactMap { $0 } : [],
                    keys: record.type == .dnskey ? [DNSKey(record.rdata)].compactMap { $0 } : [])
            }
        } catch {
            throw ScenarioError(line: setting.line, reason: "\(error)")
        }
        throw ScenarioError(line: setting.line, reason: "\(setting.key) takes a DS or DNSKEY record")
    }

    /// Deckard's way to give a host: a name in one line, its address in another.
    private mutating func takeFeature(_ setting: ScenarioHeader.Setting) throws(ScenarioError) {
        let words = setting.words.filter { $0 != "=" }
        guard words.count == 2 else { return }
        switch words[0] {
        case "static_hint_name": hintName = try? DomainName(words[1])
        case "static_hint_addr":
            if let hintName, let address = IPAddress(words[1]) { hosts.append((hintName, address)) }
        default: unknownKeys.insert(words[0])
        }
    }

    // --- Values ---

    private static func zone(_ clause: ScenarioHeader.Clause, address: String) throws(ScenarioError) -> Zone {
        var zone = Zone(name: .root, servers: [])
        for setting in clause.settings {
            switch setting.key {
            case "name": zone.name = try name(setting)
            case address: zone.servers.append(try server(setting))
            case "forward-first", "stub-first": zone.fallsBackToRecursion = try isOn(setting)
            default: break
            }
        }
        return zone
    }

    private static func isOn(_ setting: ScenarioHeader.Setting) throws(ScenarioError) -> Bool {
        switch setting.words.first {
        case "yes", "on", "true", "1": return true
        case "no", "off", "false", "0": return false
        default: throw ScenarioError(line: setting.line, reason: "\(setting.key) takes yes or no")
        }
    }

    private static func number<Number: FixedWidthInteger>(
        _ setting: ScenarioHeader.Setting
    ) throws(ScenarioError) -> Number {
        guard let number = Number(setting.words.first ?? "") else {
            throw ScenarioError(line: setting.line, reason: "\(setting.key) takes a number")
        }
        return number
    }

    private static func name(_ setting: ScenarioHeader.Setting) throws(ScenarioError) -> DomainName {
        guard let name = try? DomainName(setting.words.first ?? "") else {
            throw ScenarioError(line: setting.line, reason: "\(setting.key) takes a name")
        }
        return name
    }

    private static func server(_ setting: ScenarioHeader.Setting) throws(ScenarioError) -> SocketAddress {
        guard let server = SocketAddress(setting.words.first ?? "", defaultPort: defaultPort) else {
            throw ScenarioError(line: setting.line, reason: "\(setting.key) takes an address")
        }
        return server
    }
}

extension ScenarioSettings {
    /// What those took for granted who wrote the files for other resolvers.
    mutating func takeForGrantedWhatOthersDo(_ dialect: Dialect) {
        // RFC 9276 came later; up to 150 were believed until then.
        iterationLimit = 150
        // DSA was still checked.
        if dialect == .deckard { forgedAlgorithms.formUnion([.dsa, .dsaNSEC3SHA1]) }
    }
}
