import DNSWire
import Foundation
import HomingConfiguration
import Synchronization
import Testing

@testable import homing

/// Settings of a resolver with encrypted transports, a state directory of its own and a clock that a test sets.
final class EncryptedHouse: Sendable {
    let directory: TestDirectory
    let log = LogLines()
    private let clock = Mutex<Int64>(EncryptedHouse.start)

    /// 1 January 2026.
    static let start: Int64 = 1_767_225_600
    static let day: Int64 = 86_400
    static let machine = Machine(
        name: "host.example.",
        addresses: [
            IPAddress(192, 0, 2, 1), IPAddress(ipv6: 0x2001_0db8 << 96 | 1), IPAddress(127, 0, 0, 1),
            IPAddress(ipv6: 1),
        ])

    init() throws { directory = try TestDirectory() }

    var wall: Int64 {
        get { clock.withLock { $0 } }
        set { clock.withLock { $0 = newValue } }
    }

    var store: OwnCertificateStore { OwnCertificateStore(directory: directory.path + "/state") }

    func path(_ name: String) -> String { directory.path + "/" + name }

    /// - Parameter yaml: what the configuration has beside the state directory.
    func settings(_ yaml: String) throws -> DaemonSettings {
        let process = "process: {state-directory: \(store.directory)}"
        let text = yaml.hasPrefix("{") ? "{\(process), \(yaml.dropFirst())" : process + "\n" + yaml
        return try DaemonSettings(
            Configuration.parse(text, file: "FILE"), file: "FILE", machine: Self.machine)
    }

    /// What is wrong with a configuration.
    func faults(_ yaml: String) throws -> [String] {
        do {
            _ = try settings(yaml)
            return []
        } catch let faults as ConfigurationFaults {
            return faults.lines.map { $0.replacing(directory.path, with: "DIR") }
        }
    }

    func keeper() -> CertificateKeeper {
        CertificateKeeper(
            queue: DispatchQueue(label: "test"), log: log.destination.logger,
            now: { [weak self] in self?.wall ?? 0 })
    }

    /// Writes a file, as an operator's tool does: a new one in the place of the old.
    func write(_ octets: [UInt8], to name: String) throws {
        try Data(octets).write(to: URL(filePath: path(name)), options: .atomic)
    }

    func mode(_ name: String) throws -> Int {
        let attributes = try FileManager.default.attributesOfItem(atPath: store.directory + "/" + name)
        return try #require(attributes[.posixPermissions] as? Int)
    }
}
