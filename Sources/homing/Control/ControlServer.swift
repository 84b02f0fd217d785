import CLinux
import Dispatch
import Glibc
import Logging
import Synchronization

/// Takes orders of commands over a Unix socket in the state directory.
///
/// Who may connect may change everything: the socket is its owner's alone, and whoever is neither root nor the owner of this
/// process is sent away all the same.
final class ControlServer: Sendable {
    /// What clients may make us hold and wait for.
    struct Limits: Sendable {
        /// Orders at a time. Commands are given by people and their scripts.
        var connections = 8
        /// Seconds for each frame of a request, and for what a client leaves unread of a response.
        var patience = 30.0
        /// Octets of a request's text: a zone of some ten million records.
        var text = 1 << 30
    }

    let path: String
    private let administration: any ZoneAdministration
    private let limits: Limits
    private let log: Logger
    private let queue = DispatchQueue(label: "homing.control.listen")
    private let workQueue = DispatchQueue(label: "homing.control.work", attributes: .concurrent)
    private let work = DispatchGroup()
    private let state = Mutex(State())

    private struct State: ~Copyable {
        var source: (any DispatchSourceRead)?
        var connectionCount = 0
    }

    init(path: String, administration: any ZoneAdministration, log: Logger, limits: Limits = Limits()) {
        self.path = path
        self.administration = administration
        self.log = log
        self.limits = limits
    }

    // --- Listening ---

    /// Makes the socket, in the place of one that nobody listens on any more.
    func start() throws(ControlServerFault) {
        guard let address = UnixAddress(path) else { throw .pathTooLong(path) }
        guard ControlClient(path: path).presence != .running else { throw .inUse(path) }
        let number: Int32
        do throws(SystemFailure) {
            number = try Self.listening(at: path, address)
        } catch {
            throw .system(path, error)
        }
        state.withLock { state in
            let source = DispatchSource.makeReadSource(fileDescriptor: number, queue: queue)
            source.setEventHandler { [weak self] in self?.accept(from: number) }
            source.setCancelHandler { _ = clinux_close(number) }
            source.resume()
            state.source = source
        }
    }

    private static func listening(at path: String, _ address: UnixAddress) throws(SystemFailure) -> Int32 {
        let kind = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
        let number = socket(AF_UNIX, kind, 0)
        guard number >= 0 else { throw .last }
        _ = unsafe unlink(path)
        // Nobody can connect before listen, so that the socket is never open to others.
        guard unsafe address.withRaw({ unsafe bind(number, $0, $1) }) == 0, unsafe chmod(path, 0o600) == 0,
            listen(number, backlog) == 0
        else {
            let failure = SystemFailure.last
            _ = clinux_close(number)
            throw failure
        }
        return number
    }

    /// Connections that wait to be accepted, which takes no time.
    private static let backlog: Int32 = 16

    /// Takes no more orders. Those that were given are carried out, and waited for.
    ///
    /// - Parameter seconds: how long at most.
    func stop(waiting seconds: Double) {
        let isOpen = state.withLock { state in
            defer { state.source = nil }
            state.source?.cancel()
            return state.source != nil
        }
        guard isOpen else { return }
        _ = unsafe unlink(path)
        _ = work.wait(timeout: .now() + seconds)
    }

    private func accept(from listener: Int32) {
        while true {
            var peer = clinux_address()
            let number = unsafe clinux_accept(listener, &peer)
            guard number >= 0 else { return }
            let isTaken = state.withLock { state in
                guard state.connectionCount < limits.connections else { return false }
                state.connectionCount += 1
                return true
            }
            guard isTaken else {
                refuse(number, .failure("the daemon has \(limits.connections) orders to carry out already"))
                continue
            }
            workQueue.async(group: work) {
                self.serve(number)
                self.state.withLock { $0.connectionCount -= 1 }
            }
        }
    }

    private func refuse(_ number: Int32, _ fault: AdministrationFault) {
        guard let connection = try? ControlConnection(adopting: number) else { return }
        Self.finish(connection, .fault(fault), within: 0.1)
    }

    // --- An order ---

    private func serve(_ number: Int32) {
        guard let connection = try? ControlConnection(adopting: number) else { return }
        guard let user = connection.peerUser, user == 0 || user == geteuid() else {
            log.warning(
                "an order was refused: it is not from root, nor from the user of this process",
                metadata: ["user": "\(connection.peerUser.map(String.init) ?? "unknown")"])
            let fault = AdministrationFault.failure("the daemon takes orders from root and its own user only")
            return Self.finish(connection, .fault(fault), within: limits.patience)
        }
        let outcome: ControlResponse.Outcome
        do throws(ControlFailure) {
            let request = try connection.receive(ControlRequest.self, within: limits.patience)
            let text = try connection.receivePieces(upTo: limits.text, within: limits.patience)
            outcome = answer(request, text, connection)
        } catch {
            // Who only looks whether anybody is there says nothing.
            log.log(level: error == .closed ? .debug : .info, "an order could not be read: \(error)")
            outcome = .fault(.failure("the daemon could not read the order: \(error)"))
        }
        Self.finish(connection, outcome, within: limits.patience)
    }

    /// What cannot be sent is the client's loss.
    private static func finish(
        _ connection: borrowing ControlConnection, _ outcome: ControlResponse.Outcome, within seconds: Double
    ) {
        try? connection.send(frame: [], within: seconds)
        try? connection.send(message: ControlResponse(outcome: outcome), within: seconds)
    }

    private func answer(
        _ request: ControlRequest, _ text: [UInt8], _ connection: borrowing ControlConnection
    ) -> ControlResponse.Outcome {
        guard request.version == ControlRequest.currentVersion else {
            return .fault(.failure("the daemon is of another version than the command"))
        }
        do throws(AdministrationFault) {
            return try administration.carryOut(request.order, text) { piece throws(AdministrationFault) in
                do throws(ControlFailure) {
                    try connection.send(pieces: Array(piece.utf8), within: limits.patience)
                } catch {
                    throw .failure("the rest could not be sent: \(error)")
                }
            }
        } catch {
            return .fault(error)
        }
    }
}

enum ControlServerFault: Error, CustomStringConvertible {
    /// Another daemon has the same state directory.
    case inUse(String)
    case pathTooLong(String)
    case system(String, SystemFailure)

    var description: String {
        switch self {
        case .inUse(let path): "\(path): another homing uses this state directory"
        case .pathTooLong(let path): "\(path) is longer than the name of a socket can be"
        case .system(let path, let failure): "\(path): \(failure)"
        }
    }
}

extension ZoneAdministration {
    /// Does what a command wants.
    fileprivate func carryOut(
        _ order: ControlRequest.Order, _ text: [UInt8], output: Output
    ) throws(AdministrationFault) -> ControlResponse.Outcome {
        switch order {
        case .describe: return .service(try service())
        case .listZones: return .zones(try zones())
        case .showZone(let name): return .zone(try zone(name))
        case .importZone(let name, let isTrial):
            return .difference(try importZone(name, text, isTrial: isTrial, output: output))
        case .exportZone(let name): try exportZone(name, output: output)
        case .createZone(let creation): try createZone(creation, text)
        case .deleteZone(let name): try deleteZone(name)
        case .explainUpdate(let inquiry): return .verdict(try explain(inquiry))
        case .createKey(let creation): return .key(try createKey(creation))
        case .listKeys(let withSecrets): return .keys(try keys(withSecrets: withSecrets))
        case .removeKey(let name): try removeKey(name)
        }
        return .done
    }
}
