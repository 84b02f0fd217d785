import DNSWire
import Glibc

/// The running daemon, as a command sees it: each call is a connection of its own.
struct ControlClient: ZoneAdministration {
    let path: String

    /// The name of the socket in the state directory.
    static let socketName = "control"
    /// Seconds that a frame may take.
    private static let patience = 30.0
    /// Seconds until the daemon has done something: a zone of millions of records is read, compared and written.
    private static let longestWork = 1_800.0
    /// The longest text that is taken from the daemon: its largest zone has some hundred octets for each of millions of
    /// records.
    static let longestText = 2 << 30

    /// Whether anybody answers there.
    enum Presence: Hashable {
        case running
        case absent
        /// Somebody is there, or may be, and we must not talk to them.
        case forbidden
    }

    var presence: Presence {
        do throws(ControlFailure) {
            _ = try ControlConnection.connected(to: path)
            return .running
        } catch .system(let failure) where [EACCES, EPERM].contains(failure.code) {
            return .forbidden
        } catch .system(let failure) where failure.code == EAGAIN {
            // Its queue of connections is full.
            return .running
        } catch {
            return .absent
        }
    }

    // --- An exchange ---

    private func ask(
        _ order: ControlRequest.Order, _ text: [UInt8] = []
    ) throws(AdministrationFault) -> (outcome: ControlResponse.Outcome, text: [UInt8]) {
        let response: ControlResponse
        let pieces: [UInt8]
        do throws(ControlFailure) {
            (response, pieces) = try exchange(ControlRequest(order: order), text)
        } catch {
            throw .failure("the daemon at \(path) did not do it, as far as can be told: \(error)")
        }
        guard response.version == ControlRequest.currentVersion else {
            throw .failure("the daemon at \(path) is of another version than this command")
        }
        if case .fault(let fault) = response.outcome { throw fault }
        return (response.outcome, pieces)
    }

    private func exchange(
        _ request: ControlRequest, _ text: [UInt8]
    ) throws(ControlFailure) -> (ControlResponse, [UInt8]) {
        let connection = try ControlConnection.connected(to: path)
        do throws(ControlFailure) {
            try connection.send(message: request, within: Self.patience)
            try connection.send(pieces: text, within: Self.patience)
            try connection.send(frame: [], within: Self.patience)
        } catch .system(let failure) where [EPIPE, ECONNRESET].contains(failure.code) {
            // It does not want to hear the rest, and has said why.
        }
        let pieces = try connection.receivePieces(
            upTo: Self.longestText, first: Self.longestWork, within: Self.longestWork)
        return (try connection.receive(ControlResponse.self, within: Self.patience), pieces)
    }

    private var strange: AdministrationFault {
        .failure("the daemon at \(path) answered something else than was asked")
    }

    // --- What can be asked ---

    func service() throws(AdministrationFault) -> ServiceReport {
        guard case .service(let report) = try ask(.describe).outcome else { throw strange }
        return report
    }

    func zones() throws(AdministrationFault) -> [ZoneSummary] {
        guard case .zones(let zones) = try ask(.listZones).outcome else { throw strange }
        return zones
    }

    func zone(_ name: DomainName) throws(AdministrationFault) -> ZoneReport {
        guard case .zone(let report) = try ask(.showZone(name)).outcome else { throw strange }
        return report
    }

    func importZone(
        _ name: DomainName, _ text: [UInt8], isTrial: Bool, output: Output
    ) throws(AdministrationFault) -> ZoneDifference {
        let (outcome, changes) = try ask(.importZone(name, isTrial: isTrial), text)
        guard case .difference(let difference) = outcome else { throw strange }
        try output(String(decoding: changes, as: UTF8.self))
        return difference
    }

    func exportZone(_ name: DomainName, output: Output) throws(AdministrationFault) {
        try output(String(decoding: try ask(.exportZone(name)).text, as: UTF8.self))
    }

    func createZone(_ creation: ZoneCreation, _ text: [UInt8]) throws(AdministrationFault) {
        guard case .done = try ask(.createZone(creation), text).outcome else { throw strange }
    }

    func deleteZone(_ name: DomainName) throws(AdministrationFault) {
        guard case .done = try ask(.deleteZone(name)).outcome else { throw strange }
    }

    func explain(_ inquiry: UpdateInquiry) throws(AdministrationFault) -> UpdateVerdict {
        guard case .verdict(let verdict) = try ask(.explainUpdate(inquiry)).outcome else { throw strange }
        return verdict
    }

    func createKey(_ creation: KeyCreation) throws(AdministrationFault) -> KeyReport {
        guard case .key(let key) = try ask(.createKey(creation)).outcome else { throw strange }
        return key
    }

    func keys(withSecrets: Bool) throws(AdministrationFault) -> [KeyReport] {
        guard case .keys(let keys) = try ask(.listKeys(withSecrets: withSecrets)).outcome else {
            throw strange
        }
        return keys
    }

    func removeKey(_ name: DomainName) throws(AdministrationFault) {
        guard case .done = try ask(.removeKey(name)).outcome else { throw strange }
    }
}
