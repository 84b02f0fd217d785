import DNSCache
import DNSResolution
import DNSServer
import DNSTransport
import DNSWire
import DNSZones
import Foundation
import Logging
import ZoneStore

/// A worker's service with a cache and zones, as the daemon has it, in a world that always answers.
@safe final class House {
    let context = ScriptedContext()
    let cache: Cache
    private let service: ResolverService
    /// What servers say to a query.
    private let world: (_ query: [UInt8]) -> [UInt8]?
    /// A datagram from the local network.
    private let client = Client(
        transport: .udp, peer: SocketAddress(IPAddress(192, 168, 1, 7), port: 40_000),
        local: SocketAddress(IPAddress(192, 168, 1, 1), port: 53), route: 0)
    private let buffer = unsafe makeResponseBuffer()

    /// One that forwards what it does not have.
    ///
    /// - Parameter cacheOctets: the default holds all that a workload asks for again.
    convenience init(cacheOctets: Int = 4 << 20, hasZones: Bool = true) throws {
        var settings = ServerSettings()
        settings.resolver.routes = [
            ZoneRoute(
                suffix: .root, servers: [SocketAddress(IPAddress(192, 0, 2, 53), port: 53)],
                kind: .forward(fallsBack: false))
        ]
        try self.init(
            settings, cacheOctets: cacheOctets, zones: hasZones ? Self.zones() : nil,
            world: Self.addresses(for:))
    }

    init(
        _ settings: ServerSettings, cacheOctets: Int, zones: ZoneServices? = nil,
        world: @escaping (_ query: [UInt8]) -> [UInt8]?
    ) throws {
        self.world = world
        var limits = Cache.Limits()
        limits.byteCeiling = cacheOctets
        var random = RandomSource(seed: 4)
        cache = Cache(limits: limits, hashKey: .random(using: &random))
        service = ResolverService(
            context, settings: settings, cache: cache, secrets: ServiceSecrets(random: &random),
            random: random, log: Self.log, zones: zones)
    }

    private static var log: Logger { Logger(label: "workloads") { _ in SwiftLogNoOpLogHandler() } }

    /// The sample zone. Its store is closed, and its disk gone: it is answered from without them, and no thread does anything but
    /// the one that is counted.
    private static func zones() throws -> ZoneServices {
        let directory = FileManager.default.temporaryDirectory.path + "/homing-workloads-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: false)
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let store = try ZoneStore(
            directory: directory, log: log,
            clock: StoreClock(wall: { Moment.sample.wall }, monotonic: { 0 }, after: { _, _ in }),
            settings: { _, _ in ZoneSettings() })
        defer { store.close() }
        _ = try store.createZone(
            NewZone(
                apex: SampleZone.apex, origin: .command, settings: ZoneSettings(), settingsText: "",
                tree: SampleZone.tree()))
        let link = WorkerLink()
        return ZoneServices(store: store, keys: KeyDirectory(), link: link, news: ZoneNews(link))
    }

    /// What the service makes of a query.
    @inline(__always)
    func ask(_ query: [UInt8]) -> QueryDisposition {
        var response = unsafe buffer.mutableSpan
        return service.receive(query.span, from: client, into: &response)
    }

    /// The response to the last query that was answered at once.
    func response(_ length: Int) -> [UInt8] {
        unsafe Array(buffer.prefix(length))
    }

    /// Asks for what is not in the cache, and has servers answer until the client has two addresses.
    ///
    /// - Parameter isSecure: whether it has to be told that they are.
    func resolve(_ query: [UInt8], isSecure: Bool = false) -> Bool {
        guard case .deferred = ask(query) else { return false }
        while let (exchange, message) = context.takeSent() {
            guard let response = world(message),
                service.upstreamReceived(response.span, for: exchange) == .finished
            else { return false }
        }
        guard let reply = context.takeReply() else { return false }
        return reply.answerCount == 2 && reply.flags.contains(.ad) == isSecure
    }

    /// Two addresses for whatever is asked.
    private static func addresses(for query: [UInt8]) -> [UInt8]? {
        let view = QueryView(query.span)
        guard view.hasQuestion else { return nil }
        var response = Array(query[..<view.questionEnd])
        for octet in 1...2 as ClosedRange<UInt8> {
            response += [0xc0, 0x0c, 0, 1, 0, 1, 0, 0, 0x01, 0x2c, 0, 4, 192, 0, 2, octet]
        }
        // QR, RD, RA; one question, two answers.
        response.replaceSubrange(2..<12, with: [0x81, 0x80, 0, 1, 0, 2, 0, 0, 0, 0])
        return response
    }
}
