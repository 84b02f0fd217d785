import DNSWire
import DNSZones
import Foundation
import HomingConfiguration
import Synchronization
import ZoneStore

@testable import homing

extension TestDirectory {
    /// - Returns: the path of the file.
    func write(_ text: String, to name: String) throws -> String {
        try Data(text.utf8).write(to: URL(filePath: path + "/" + name))
        return path + "/" + name
    }
}

/// The administration of a store in a directory of its own.
final class TestStore: Sendable {
    let directory: TestDirectory
    let administration: StoreAdministration
    let surroundings: ScriptedSurroundings
    let store: ZoneStore

    static let wall: Int64 = 1_800_000_000

    init(_ yaml: String = "", in directory: TestDirectory? = nil) throws {
        let directory = try directory ?? TestDirectory()
        let configuration = try Configuration.parse(
            yaml + "\nprocess: {state-directory: \"\(directory.path)\"}\n", file: "h.yaml")
        self.directory = directory
        surroundings = ScriptedSurroundings(configuration)
        store = try ZoneStore(
            directory: directory.path, log: LogDestination { _ in }.logger,
            settings: StoredSettings(configuration).settings)
        administration = StoreAdministration(store, in: surroundings, wall: { Self.wall })
    }

    deinit { store.close() }

    func create(_ settings: String, _ text: String = "") throws {
        try administration.createZone(ZoneCreation(settings: settings), Array(text.utf8))
    }

    func export(_ name: DomainName) throws -> String {
        var text = ""
        try administration.exportZone(name) { text += $0 }
        return text
    }

    /// What an import changes, as its lines.
    func importZone(
        _ name: DomainName, _ text: String, isTrial: Bool = false
    ) throws -> (difference: ZoneDifference, lines: String) {
        var lines = ""
        let difference = try administration.importZone(name, Array(text.utf8), isTrial: isTrial) {
            lines += $0
        }
        return (difference, lines)
    }
}

/// A house in which nothing happens but what the test says.
final class ScriptedSurroundings: ZoneSurroundings {
    let configuration: Configuration
    private let calls = Mutex<[String]>([])

    init(_ configuration: Configuration) { self.configuration = configuration }

    var news: [String] { calls.withLock { $0 } }
    var addresses: [SocketAddress] { [SocketAddress(IPAddress(127, 0, 0, 1), port: 5300)] }
    var givenKeys: [(key: TransactionKey, origin: KeyReport.Origin)] {
        AloneSurroundings(configuration).givenKeys
    }
    func transfer(of zone: Zone) -> ZoneReport.Transfer? { nil }
    func secondaries(of zone: Zone) -> [ZoneReport.Secondary] { [] }
    func zonesChanged() { calls.withLock { $0.append("zones") } }
    func keysChanged() { calls.withLock { $0.append("keys") } }
}
