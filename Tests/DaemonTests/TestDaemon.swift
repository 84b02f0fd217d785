import DNSResolution
import DNSServer
import DNSTransport
import DNSWire
import Dispatch
import Foundation
import HomingConfiguration
import Synchronization
import ZoneStore

@testable import homing

/// A daemon in this process, on kernel-chosen ports, with a file of its own and all questions forwarded to a script.
final class TestDaemon: Sendable {
    let daemon: Daemon
    let upstream: ScriptedUpstream
    let log: LogLines
    /// What outlasts the daemon.
    let directory: TestDirectory
    private let file: TestFile
    /// What the configuration has unless it is told otherwise, a key a line.
    private let frame: [String]

    /// - Parameters:
    ///   - yaml: what the configuration has beside workers, state directory, cache, the zone of the script and the longest
    ///     time-outs. Keys that it gives replace these; without `zones` none are held. UPSTREAM is the address of the script.
    ///   - holdsBuiltInZones: whether, without `zones`, the built-in ones are held instead of none.
    ///   - directory: where it keeps its state; nil: in one of its own, which goes with it.
    init(
        _ yaml: String = "", directory: TestDirectory? = nil,
        wallClock: @escaping @Sendable () -> Int64 = WallClock.now, storeClock: StoreClock = .system,
        holdsBuiltInZones: Bool = false,
        script: @escaping ScriptedUpstream.Script = ExampleZone.script
    ) throws {
        let directory = try directory ?? TestDirectory()
        self.directory = directory
        upstream = try ScriptedUpstream(script)
        frame = Self.frame(directory, holdsBuiltInZones: holdsBuiltInZones)
        file = try TestFile(Self.text(yaml, frame, upstream))
        log = LogLines()
        let settings = try Self.load(path: file.path)
        daemon = Daemon(
            settings: settings, path: file.path, log: log.destination,
            notifier: ServiceNotifier(socketName: nil),
            patience: Daemon.Patience(stop: patience, round: patience), wallClock: wallClock,
            storeClock: storeClock,
            load: { path throws(ConfigurationFaults) in try Self.load(path: path) })
        try daemon.start(listeningOn: Self.free(settings.configuration.listen))
    }

    deinit {
        daemon.stop()
        upstream.stop()
    }

    /// The same, on ports of the kernel's choice.
    private static func free(_ listen: Configuration.Listen) -> Configuration.Listen {
        var listen = listen
        listen.addresses = [SocketAddress(IPAddress(127, 0, 0, 1), port: 0)]
        listen.tls = listen.tls.map { SocketAddress($0.address, port: 0) }
        listen.https = listen.https.map { SocketAddress($0.address, port: 0) }
        listen.http = listen.http.map { SocketAddress($0.address, port: 0) }
        return listen
    }

    /// The settings of a file, for a machine that may keep the upstream server from answering for long.
    private static func load(path: String) throws(ConfigurationFaults) -> DaemonSettings {
        var settings = try DaemonSettings.load(path: path)
        settings.worker.drainTimeout = Int64(patience * 1e9)
        // More than there is time for before the deadline of a resolution.
        settings.server.resolver.limits.triesPerServer = 100
        settings.server.resolver.limits.triesPerSilentServer = 100
        settings.server.resolver.limits.triesPerZone = 100
        return settings
    }

    private static func frame(_ directory: TestDirectory, holdsBuiltInZones: Bool) -> [String] {
        [
            "process: {workers: 2, state-directory: \(directory.path)}", "cache: {size: 4MiB}",
            "dnssec: {mode: off}", "limits: {resolution-deadline: 60s, idle-connection: 300s}",
            "forward-zones: [{suffix: ., servers: UPSTREAM}]",
        ] + (holdsBuiltInZones ? [] : ["zones: []"])
    }

    private static func text(_ yaml: String, _ frame: [String], _ upstream: ScriptedUpstream) -> String {
        let given = Set(yaml.split(separator: "\n").map { $0.prefix { $0 != ":" } })
        let keys = frame.filter { line in !given.contains(line.prefix { $0 != ":" }) }
        return (keys + [yaml]).joined(separator: "\n")
            .replacing("UPSTREAM", with: "\"\(upstream.address)\"")
    }

    var address: SocketAddress { daemon.addresses.first ?? SocketAddress(IPAddress(127, 0, 0, 1), port: 0) }

    /// Writes the file anew and has it read.
    func reload(_ yaml: String) throws -> Bool {
        try file.write(Self.text(yaml, frame, upstream))
        return daemon.reload()
    }

    func ask(
        _ name: DomainName, _ type: RecordType = .a, overStream isStream: Bool = false,
        _ change: (inout QueryRequest) -> Void = { _ in }
    ) throws -> Message {
        var request = QueryRequest(patiently: Question(name, type), of: address)
        request.usesTCP = isStream
        change(&request)
        return try QueryClient(request: request).ask().message
    }

    func socket(isStream: Bool) throws -> QuerySocket {
        try QuerySocket.connected(to: address, isStream: isStream, deadline: Deadline(seconds: patience))
    }

    /// A counter's value; nil when there is no such series.
    func figure(_ series: String) -> UInt64? {
        daemon.figures().first { $0.hasPrefix(series + " ") }.flatMap {
            UInt64($0.dropFirst(series.count + 1))
        }
    }
}

extension QueryRequest {
    /// A time-out with which a query over UDP is not repeated while a test runs: that happens after a third of it.
    static let patient = 3 * patience

    init(patiently question: Question, of server: SocketAddress) {
        self.init(question: question, server: server)
        timeout = Self.patient
    }
}

/// A configuration file that goes with its owner.
final class TestFile: Sendable {
    let path: String

    init(_ text: String) throws {
        path = FileManager.default.temporaryDirectory.appending(path: "homing-\(UUID().uuidString).yaml").path
        try write(text)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func write(_ text: String) throws { try text.write(toFile: path, atomically: true, encoding: .utf8) }
}

/// An empty directory that goes with its owner, and all that is in it then.
final class TestDirectory: Sendable {
    let path: String

    init() throws {
        let url = FileManager.default.temporaryDirectory.appending(path: "homing-\(UUID().uuidString)")
        path = url.path
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: false)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    var names: Set<String> { Set((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []) }

    /// Without what a daemon has there for its zones.
    var namesBesideZones: Set<String> {
        names.filter { !$0.hasPrefix("zones.") && $0 != "update.key" && $0 != "control" }
    }
}

/// What a daemon logged.
final class LogLines: Sendable {
    private let lines = Mutex<[String]>([])

    var destination: LogDestination {
        LogDestination { [weak self] line in self?.lines.withLock { $0.append(line) } }
    }

    func contains(_ text: String) -> Bool { count(of: text) > 0 }

    func count(of text: String) -> Int { lines.withLock { $0.count { $0.contains(text) } } }
}
