import DNSWire
import Foundation
import Glibc
import Logging
import Synchronization
import Testing

@testable import homing

/// The socket between commands and the daemon.
@Suite struct ControlTests {
    /// A server on a socket of its own, with a script behind it.
    final class House: Sendable {
        let path: String
        let script: ScriptedAdministration
        let server: ControlServer
        private let directory: String

        init(limits: ControlServer.Limits = ControlTests.patientLimits) throws {
            directory = try FileManager.default.url(
                for: .itemReplacementDirectory, in: .userDomainMask,
                appropriateFor: FileManager.default.temporaryDirectory, create: true
            ).path
            path = directory + "/" + ControlClient.socketName
            script = ScriptedAdministration()
            server = ControlServer(
                path: path, administration: script, log: LogDestination { _ in }.logger, limits: limits)
            try server.start()
        }

        deinit {
            server.stop(waiting: patience)
            try? FileManager.default.removeItem(atPath: directory)
        }

        var client: ControlClient { ControlClient(path: path) }

        func connection() throws -> ControlConnection { try ControlConnection.connected(to: path) }
    }

    static var patientLimits: ControlServer.Limits {
        var limits = ControlServer.Limits()
        limits.patience = patience
        return limits
    }

    // --- Orders ---

    @Test func ordersAndWhatComesOfThem() throws {
        let house = try House()
        let client = house.client
        #expect(try client.service().addresses == ["127.0.0.1:5300"])
        #expect(try client.zones() == [ScriptedAdministration.summary])
        #expect(try client.zone("a.example.").summary.serial == 7)
        try client.createZone(ZoneCreation(settings: "{name: b.example.}"), Array("text".utf8))
        try client.deleteZone("b\\.c.example.")
        let inquiry = UpdateInquiry(
            zone: nil, key: "k.", address: "192.0.2.1", isStream: true, name: "a.example.", type: "A")
        #expect(try client.explain(inquiry).isGranted)
        #expect(try client.createKey(KeyCreation(name: "k.", algorithm: "hmac-sha256")).secret == "AAAA")
        #expect(try client.keys(withSecrets: true).count == 1)
        try client.removeKey("k.")
        #expect(
            house.script.calls == [
                "service", "zones", "zone a.example.", "create {name: b.example.} text",
                "delete b\\.c.example.",
                "explain A",
                "create key k.", "keys true", "remove key k.",
            ])
    }

    @Test func textsOfManyPieces() throws {
        let house = try House()
        let text = (0..<200_000).map { "host\($0) A 192.0.2.1\n" }.joined()
        var changes = ""
        let difference = try house.client.importZone("a.example.", Array(text.utf8), isTrial: true) {
            changes += $0
        }
        #expect(difference.addedCount == text.utf8.count)
        #expect(changes == "+" + text)
        var export = ""
        try house.client.exportZone("a.example.") { export += $0 }
        #expect(export == String(repeating: ScriptedAdministration.line, count: 100_000))
    }

    @Test func faultsComeThrough() throws {
        let house = try House()
        let fault = #expect(throws: AdministrationFault.self) { try house.client.zone("none.example.") }
        #expect(fault == .mistake("there is no zone none.example. here", "really not"))
        // Also when half of the text has been sent.
        var text = ""
        let late = #expect(throws: AdministrationFault.self) {
            try house.client.exportZone("broken.example.") { text += $0 }
        }
        #expect(late == .failure("the disk broke"))
        #expect(text.isEmpty)
    }

    // --- The socket ---

    @Test func socketIsItsOwnersAlone() throws {
        let house = try House()
        var status = stat()
        #expect(unsafe stat(house.path, &status) == 0)
        #expect(status.st_mode & 0o777 == 0o600)
        #expect(house.client.presence == .running)
        house.server.stop(waiting: patience)
        #expect(house.client.presence == .absent)
        #expect(!FileManager.default.fileExists(atPath: house.path))
    }

    @Test func oneDaemonForADirectory() throws {
        let house = try House()
        let second = ControlServer(
            path: house.path, administration: house.script, log: LogDestination { _ in }.logger)
        let fault = #expect(throws: ControlServerFault.self) { try second.start() }
        #expect(fault.map { "\($0)" } == "\(house.path): another homing uses this state directory")
        #expect(house.client.presence == .running)
    }

    @Test func socketOfADaemonThatIsGoneIsReplaced() throws {
        let house = try House()
        house.server.stop(waiting: patience)
        let address = try #require(UnixAddress(house.path))
        let number = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        #expect(unsafe address.withRaw { unsafe bind(number, $0, $1) } == 0)
        close(number)
        #expect(FileManager.default.fileExists(atPath: house.path))
        #expect(house.client.presence == .absent)
        try house.server.start()
        #expect(try house.client.zones().count == 1)
    }

    @Test func pathsThatAreNone() {
        let long = "/tmp/" + String(repeating: "a", count: 200)
        let server = ControlServer(
            path: long, administration: ScriptedAdministration(), log: LogDestination { _ in }.logger)
        #expect(throws: ControlServerFault.self) { try server.start() }
        let nowhere = ControlServer(
            path: "/nonexistent/control", administration: ScriptedAdministration(),
            log: LogDestination { _ in }.logger)
        let fault = #expect(throws: ControlServerFault.self) { try nowhere.start() }
        #expect(fault.map { "\($0)" } == "/nonexistent/control: No such file or directory")
        #expect(ControlClient(path: "/nonexistent/control").presence == .absent)
        #expect(throws: AdministrationFault.self) { try ControlClient(path: long).zones() }
    }

    // --- Odd peers ---

    /// What the daemon says at the end, after no text.
    private func fault(_ connection: borrowing ControlConnection) throws -> String? {
        _ = try connection.receivePieces(upTo: 0, within: patience)
        let response = try connection.receive(ControlResponse.self, within: patience)
        guard case .fault(let fault) = response.outcome else { return nil }
        return fault.description
    }

    @Test func garbageIsNoOrder() throws {
        let house = try House()
        for octets in [
            Array("{}".utf8), Array("order".utf8), [0xff, 0], [], Array(repeating: 0x5b, count: 100_000),
        ] {
            let connection = try house.connection()
            try connection.send(frame: octets, within: patience)
            #expect(try fault(connection)?.hasPrefix("the daemon could not read the order: ") == true)
        }
        #expect(house.script.calls.isEmpty)
        #expect(try house.client.zones().count == 1)
    }

    @Test func whatIsTooLongIsNotRead() throws {
        var limits = Self.patientLimits
        limits.text = 1_000
        let house = try House(limits: limits)
        let message = try house.connection()
        try message.sendLength(UInt32.max)
        #expect(
            try fault(message)
                == "the daemon could not read the order: a message of 4294967295 octets is too long")
        let piece = try house.connection()
        try piece.send(
            message: ControlRequest(order: .importZone("a.example.", isTrial: false)), within: patience)
        try piece.sendLength(UInt32(ControlConnection.longestPiece + 1))
        #expect(
            try fault(piece) == "the daemon could not read the order: a message of 262145 octets is too long")
        let long = #expect(throws: AdministrationFault.self) {
            try house.client.importZone("a.example.", Array(repeating: 0, count: 1 << 22), isTrial: false) {
                _ in
            }
        }
        #expect(long?.description.hasSuffix("octets is too long") == true)
        #expect(house.script.calls.isEmpty)
    }

    @Test func otherVersions() throws {
        let house = try House()
        let connection = try house.connection()
        try connection.send(message: ControlRequest(version: 2, order: .listZones), within: patience)
        try connection.send(frame: [], within: patience)
        #expect(try fault(connection) == "the daemon is of another version than the command")
    }

    @Test func whoSaysNothingIsGivenUp() throws {
        var limits = Self.patientLimits
        limits.patience = 0.01
        let house = try House(limits: limits)
        let silent = try house.connection()
        #expect(try fault(silent) == "the daemon could not read the order: nothing came in time")
    }

    @Test func whoGoesAwayIsForgotten() throws {
        var limits = Self.patientLimits
        limits.connections = 1
        let house = try House(limits: limits)
        for _ in 0..<3 {
            let connection = try house.connection()
            // Who comes before the one before was seen to have gone is sent away.
            try? connection.send(message: ControlRequest(order: .exportZone("a.example.")), within: patience)
        }
        // Each of them held the only place until it was seen to have gone.
        try wait { (try? house.client.zones().count) == 1 }
    }

    @Test func ordersAtATimeAreBounded() throws {
        var limits = Self.patientLimits
        limits.connections = 2
        let house = try House(limits: limits)
        let first = try house.connection()
        let second = try house.connection()
        let third = try house.connection()
        #expect(try fault(third) == "the daemon has 2 orders to carry out already")
        try first.send(message: ControlRequest(order: .listZones), within: patience)
        try first.send(frame: [], within: patience)
        #expect(try first.receivePieces(upTo: 0, within: patience).isEmpty)
        _ = try first.receive(ControlResponse.self, within: patience)
        try wait { (try? house.client.zones().count) == 1 }
        _ = consume second
    }
}

extension ControlConnection {
    /// The beginning of a frame.
    fileprivate func sendLength(_ length: UInt32) throws {
        try send(
            octets: [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: length >> UInt32($0)) },
            Deadline(seconds: patience))
    }
}

/// Remembers what it is told to do.
final class ScriptedAdministration: ZoneAdministration {
    static let summary = ZoneSummary(
        name: "a.example.", role: .primary, origin: .configuration, serial: 7, rrsetCount: 2, recordCount: 3)
    static let line = "a.example. 3600 IN TXT \"some text\"\n"

    private let made = Mutex<[String]>([])

    var calls: [String] { made.withLock { $0 } }
    private func note(_ call: String) { made.withLock { $0.append(call) } }

    func service() -> ServiceReport {
        note("service")
        return ServiceReport(version: "1", addresses: ["127.0.0.1:5300"], firstKeyPath: nil)
    }

    func zones() -> [ZoneSummary] {
        note("zones")
        return [Self.summary]
    }

    func zone(_ name: DomainName) throws(AdministrationFault) -> ZoneReport {
        note("zone \(name)")
        guard name != "none.example." else {
            throw .mistake("there is no zone \(name) here", "really not")
        }
        return ZoneReport(
            summary: Self.summary, settings: "{}", updatePolicy: [], leaseCount: 0, secondaries: [])
    }

    func importZone(
        _ name: DomainName, _ text: [UInt8], isTrial: Bool, output: Output
    ) throws(AdministrationFault) -> ZoneDifference {
        note("import \(name)")
        try output("+")
        try output(String(decoding: text, as: UTF8.self))
        return ZoneDifference(oldSerial: 1, newSerial: 2, removedCount: 0, addedCount: text.count)
    }

    func exportZone(_ name: DomainName, output: Output) throws(AdministrationFault) {
        note("export \(name)")
        for _ in 0..<100 { try output(String(repeating: Self.line, count: 1_000)) }
        guard name != "broken.example." else { throw .failure("the disk broke") }
    }

    func createZone(_ creation: ZoneCreation, _ text: [UInt8]) {
        note("create \(creation.settings) \(String(decoding: text, as: UTF8.self))")
    }

    func deleteZone(_ name: DomainName) { note("delete \(name)") }

    func explain(_ inquiry: UpdateInquiry) -> UpdateVerdict {
        note("explain \(inquiry.type)")
        return UpdateVerdict(zone: "a.example.", isGranted: true, reason: "granted by rule 1", remarks: [])
    }

    func createKey(_ creation: KeyCreation) -> KeyReport {
        note("create key \(creation.name)")
        return key
    }

    func keys(withSecrets: Bool) -> [KeyReport] {
        note("keys \(withSecrets)")
        return [key]
    }

    func removeKey(_ name: DomainName) { note("remove key \(name)") }

    private var key: KeyReport {
        KeyReport(name: "k.", algorithm: "hmac-sha256", origin: .command, secret: "AAAA")
    }
}
