import DNSCache
import DNSCrypto
import DNSResolution
import DNSTransport
import DNSWire
import DNSZones
import Dispatch
import Foundation
import Logging
import Synchronization
import Testing
import ZoneStore

@testable import DNSServer

/// Seconds that a test waits for what another thread has to do.
private let patience = 60.0

/// A service that holds zones, with a real store, between a script and a clock that a test moves.
final class TrafficHouse {
    let directory: String
    private let ownsDirectory: Bool
    private(set) var context = ScriptedContext()
    let keys = KeyDirectory()
    let log = LogLines()
    private(set) var store: ZoneStore
    private(set) var service: ResolverService
    private var mailbox: WorkBox

    static let primary = SocketAddress(IPAddress(192, 0, 2, 1), port: 53)
    static let other = SocketAddress(IPAddress(192, 0, 2, 2), port: 5353)
    static let key = TransactionKey("transfer.", .hmacSHA256, secret: [UInt8](repeating: 7, count: 32))

    /// - Parameters:
    ///   - directory: of a house before this one.
    ///   - after: how many seconds later than all houses begin.
    init(
        in directory: String? = nil, after seconds: Int64 = 0, bounds: TrafficBounds = TrafficBounds(),
        zones: (ZoneStore) throws -> Void = { _ in }
    ) throws {
        ownsDirectory = directory == nil
        self.directory = directory ?? NSTemporaryDirectory() + "homing-\(UUID().uuidString)"
        if directory == nil {
            try FileManager.default.createDirectory(
                atPath: self.directory, withIntermediateDirectories: false)
        }
        context.move(to: context.now.monotonic + seconds * 1_000_000_000)
        let wall = context.now.wall
        store = try ZoneStore(
            directory: self.directory, log: log.logger,
            clock: StoreClock(wall: { wall }, monotonic: { 0 }, after: { _, _ in }),
            settings: { Self.settings[$1] ?? ZoneSettings() })
        let mailbox = WorkBox()
        self.mailbox = mailbox
        let link = WorkerLink()
        link.connect { mailbox.put($0) }
        let news = ZoneNews(link)
        store.onPublish { news.published($0) }
        try zones(store)
        let figures = try store.zoneFigures()
        let states = figures.compactMap { figures in figures.refresh.map { (figures.zone.id, $0) } }
        let services = ZoneServices(
            store: store, keys: keys, link: link, news: news,
            traffic: TrafficBeginning(states: Dictionary(uniqueKeysWithValues: states), bounds: bounds))
        var random = RandomSource(seed: 1)
        var limits = Cache.Limits()
        limits.byteCeiling = 1 << 20
        service = ResolverService(
            context, settings: ServerSettings(),
            cache: Cache(limits: limits, hashKey: .random(using: &random)),
            secrets: ServiceSecrets(random: &random), random: random, log: log.logger, zones: services)
        self.news = news
        turn()
    }

    let news: ZoneNews

    deinit {
        store.close()
        if ownsDirectory { try? FileManager.default.removeItem(atPath: directory) }
    }

    func close() { store.close() }

    // --- Zones ---

    /// What texts in the store stand for.
    static let settings: [String: ZoneSettings] = {
        var secondary = ZoneSettings()
        secondary.role = .secondary([PrimaryServer(address: primary), PrimaryServer(address: other)])
        var signed = ZoneSettings()
        signed.role = .secondary([PrimaryServer(address: primary, key: key.name)])
        var told = ZoneSettings()
        told.notified = [
            NotifyTarget(address: primary), NotifyTarget(address: other, key: key.name),
        ]
        told.transferAccess.networks = [IPNetwork(primary.address, prefixLength: 24)].compactMap { $0 }
        var forwarding = secondary
        forwarding.forwardsUpdates = true
        return [
            "secondary": secondary, "signed": signed, "told": told, "forwarding": forwarding,
            "primary": ZoneSettings(),
        ]
    }()

    @discardableResult
    static func make(_ apex: DomainName, _ text: String, _ tree: ZoneTree? = nil, in store: ZoneStore) throws
        -> Zone
    {
        try store.createZone(
            NewZone(
                apex: apex, origin: .command, settings: settings[text] ?? ZoneSettings(), settingsText: text,
                tree: tree))
    }

    static func version(
        _ apex: DomainName, serial: UInt32, hosts: Int = 3, refresh: UInt32 = 3_600, expire: UInt32 = 86_400
    ) -> ZoneVersion {
        var tree = ZoneTree()
        let soa = StartOfAuthority(
            primary: "ns.example.", mailbox: "hostmaster.example.", serial: serial, refresh: refresh,
            retry: 600, expire: expire, minimum: 60)
        tree.set(RRset(apex, .soa, ttl: 3_600, rdatas: [soa.rdata]))
        tree.set(RRset(apex, .ns, ttl: 3_600, rdatas: [.name("ns.example.")]))
        for host in 0..<hosts {
            guard let name = apex.prepending(label: Array("host\(host)".utf8)) else { continue }
            let octets = [10, UInt8(serial & 255), UInt8(host >> 8 & 255), UInt8(host & 255)]
            tree.set(RRset(name, .a, ttl: 60, rdatas: [RData(unchecked: octets)]))
        }
        guard let version = ZoneVersion(apex: apex, tree: tree) else { preconditionFailure("no zone") }
        return version
    }

    func zone(_ apex: DomainName) throws -> Zone { try #require(store.directory.table.zone(at: apex)) }

    func serial(_ apex: DomainName) -> UInt32? {
        store.directory.table.zone(at: apex)?.version?.serial.rawValue
    }

    // --- Time ---

    /// Does what is due, and what other threads have handed over.
    func turn() { advance(seconds: 0) }

    /// - Parameter condition: ends it earlier.
    func advance(seconds: Double, until condition: () -> Bool = { false }) {
        let end = context.now.monotonic + Int64(seconds * 1e9)
        repeat {
            while let work = mailbox.take(patience: 0) { work(service) }
            if condition() { return }
            guard let due = context.takeDue(by: end) else { break }
            switch due {
            case .timer(let token): service.timerFired(token)
            case .timeout(let exchange): service.upstreamEnded(exchange, .timedOut)
            }
        } while true
        context.move(to: end)
    }

    /// Does what other threads hand over, until something is so.
    func wait(until condition: () -> Bool) throws {
        let deadline = DispatchTime.now() + patience
        while !condition() {
            try #require(DispatchTime.now() < deadline)
            if let work = mailbox.take(patience: 0.01) { work(service) }
        }
        turn()
    }

    /// Goes on until a question of this type was sent.
    func advance(seconds: Double = 5, untilSent type: RecordType) {
        advance(seconds: seconds) { count(type) > 0 }
    }

    // --- Servers ---

    /// What was sent and has no end, of a type; the oldest.
    func sent(_ type: RecordType, _ opcode: Opcode = .query) throws -> ScriptedContext.Sent {
        try #require(
            context.open.first { $0.question?.qtype == type && $0.message.header.opcode == opcode })
    }

    func count(_ type: RecordType, _ opcode: Opcode = .query) -> Int {
        context.open.count { $0.question?.qtype == type && $0.message.header.opcode == opcode }
    }

    @discardableResult
    func answer(_ sent: ScriptedContext.Sent, _ octets: [UInt8]) -> ExchangeDisposition {
        let disposition = service.upstreamReceived(octets.span, for: sent.exchange)
        if disposition == .finished { context.close(sent.exchange) }
        return disposition
    }

    func end(_ sent: ScriptedContext.Sent, _ end: ExchangeEnd) {
        context.close(sent.exchange)
        service.upstreamEnded(sent.exchange, end)
        turn()
    }

    /// The message, signed as the server would sign it that knows the test's key.
    func signed(_ message: Message, to sent: ScriptedContext.Sent) -> [UInt8] {
        var octets = message.compose()
        if case .signed(var session) = TransactionVerifier.verify(
            sent.octets.span, keys: KeyRing([Self.key]), wall: context.now.wall)
        {
            _ = session.sign(&octets, wall: context.now.wall)
        }
        return octets
    }

    func serialAnswer(_ serial: UInt32, to sent: ScriptedContext.Sent) throws -> Message {
        var reply = Message(header: Header(id: sent.message.header.id), questions: sent.message.questions)
        reply.header.flags = [.qr, .aa]
        let apex = try #require(sent.question?.qname)
        reply.answers = [Self.version(apex, serial: serial).soaRecord]
        return reply
    }

    /// Answers the question for a serial.
    func answerSerial(_ serial: UInt32) throws {
        let sent = try sent(.soa)
        #expect(answer(sent, signed(try serialAnswer(serial, to: sent), to: sent)) == .finished)
        turn()
    }

    /// The messages of a transfer that was asked for, signed where the request is.
    func messages(
        _ version: ZoneVersion, _ changes: [ZoneChange]? = nil, to sent: ScriptedContext.Sent,
        messageSize: Int = OutgoingTransfer.defaultMessageSize, signing: (Int) -> Bool = { _ in true }
    ) throws -> [[UInt8]] {
        let request = try TransferRequest(sent.message.unsigned, isDatagram: false)
        let plan = request.plan(for: version, changes: changes)
        var transfer = OutgoingTransfer(request, plan, of: version, messageSize: messageSize)
        var session: TransactionSession?
        if case .signed(let verified) = TransactionVerifier.verify(
            sent.octets.span, keys: KeyRing([Self.key]), wall: context.now.wall)
        {
            session = verified
        }
        var messages: [[UInt8]] = []
        while var octets = transfer.nextMessage(reserved: session?.recordLength ?? 0) {
            if signing(messages.count) { _ = session?.sign(&octets, wall: context.now.wall) }
            messages.append(octets)
        }
        return messages
    }

    /// Answers a transfer, and waits until its version is seen.
    func transfer(
        _ version: ZoneVersion, _ changes: [ZoneChange]? = nil, _ type: RecordType = .axfr
    ) throws {
        let sent = try #require(
            context.open.first { $0.question == Question(version.apex, type) && $0.isAlone })
        for message in try messages(version, changes, to: sent) { answer(sent, message) }
        try wait { !isWorking(version.apex) }
    }

    /// Whether a check of a zone is under way.
    func isWorking(_ apex: DomainName) -> Bool {
        service.traffic?.secondaries[apex]?.machine.isChecking ?? false
    }

    // --- Clients ---

    static func client(_ address: IPAddress = primary.address, _ transport: Client.Transport = .udp) -> Client
    {
        Client(
            transport: transport, peer: SocketAddress(address, port: 40_000),
            local: SocketAddress(IPAddress(127, 0, 0, 1), port: 53), route: 1)
    }

    /// The response; nil where there is none now.
    func receive(_ octets: [UInt8], from client: Client) throws -> Message? {
        var response = [UInt8](repeating: 0, count: client.transport.isStream ? 65_535 : 1_232)
        var span = response.mutableSpan
        guard case .answered(let count) = service.receive(octets.span, from: client, into: &span) else {
            return nil
        }
        return try Message(parsing: response.span.extracting(0..<count))
    }

    func notify(
        _ apex: DomainName, serial: UInt32? = nil, from address: IPAddress = primary.address,
        key: TransactionKey? = nil
    ) throws -> ResponseCode? {
        var message = Message(header: Header(id: 99, opcode: .notify), questions: [Question(apex, .soa)])
        message.header.flags = .aa
        if let serial { message.answers = [Self.version(apex, serial: serial).soaRecord] }
        var octets = message.compose()
        if let key {
            var client = TransactionClient(key)
            _ = client.sign(&octets, wall: context.now.wall)
        }
        return try receive(octets, from: Self.client(address))?.responseCode
    }
}

extension Message {
    /// Without the TSIG record.
    var unsigned: Message {
        var message = self
        message.additionals.removeAll { $0.type == .tsig }
        return message
    }
}

/// Work that other threads hand over.
final class WorkBox: Sendable {
    private let work = Mutex<[WorkerLink.Work]>([])
    private let arrived = DispatchSemaphore(value: 0)

    func put(_ work: @escaping WorkerLink.Work) -> Bool {
        self.work.withLock { $0.append(work) }
        arrived.signal()
        return true
    }

    func take(patience seconds: Double) -> WorkerLink.Work? {
        guard arrived.wait(timeout: .now() + seconds) == .success else { return nil }
        return work.withLock { $0.removeFirst() }
    }
}

/// What was logged.
final class LogLines: Sendable {
    private let lines = Mutex<[String]>([])

    var logger: Logger {
        Logger(label: "test") { [self] _ in Handler(lines: self) }
    }

    func count(of text: String) -> Int { lines.withLock { $0.count { $0.contains(text) } } }

    private struct Handler: LogHandler {
        let lines: LogLines
        var metadata: Logger.Metadata = [:]
        var logLevel = Logger.Level.debug

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            lines.lines.withLock { $0.append("\(event.message)") }
        }
    }
}
