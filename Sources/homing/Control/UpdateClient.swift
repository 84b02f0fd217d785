import DNSWire
import DNSZones
import Glibc

/// Sends one signed UPDATE (RFC 2136) and waits for what comes of it.
struct UpdateClient {
    let server: SocketAddress
    let key: TransactionKey
    /// Seconds.
    var timeout = 10.0

    enum Failure: Error, Hashable, CustomStringConvertible {
        case system(SystemFailure, SocketAddress)
        /// The answer is none, or was not proved to be the server's.
        case unproved(SocketAddress, String)
        /// The server does not do it.
        case refused(ResponseCode, String?)
        case tooLong

        var description: String {
            switch self {
            case .system(let failure, let server): "no answer from \(server): \(failure)"
            case .unproved(let server, let reason): "the answer of \(server) cannot be believed: \(reason)"
            case .refused(let code, let text): "refused with \(code)" + (text.map { ": \($0)" } ?? "")
            case .tooLong: "the update does not fit into a message"
            }
        }
    }

    func send(_ update: UpdateMessage) throws(Failure) {
        let id = UInt16.random(in: .min ... .max)
        var client = TransactionClient(key)
        guard var request = update.compose(id: id), client.sign(&request, wall: WallClock.now()) else {
            throw .tooLong
        }
        let response = try exchange(request)
        let message: Message
        do throws(WireError) {
            message = try Message(parsing: response.span)
        } catch {
            throw .unproved(server, "\(error)")
        }
        guard message.header.id == id, message.header.flags.contains(.qr) else {
            throw .unproved(server, "it is the answer to something else")
        }
        switch client.verify(response.span, wall: WallClock.now()) {
        case .signed: break
        case .pending: throw .unproved(server, "it is not signed")
        case .failed(.refused(let error, _, _)):
            throw .refused(message.responseCode, "the key was not accepted, \(error)")
        // What is refused before anybody looks for a key is refused without one.
        case .failed(.unsigned) where message.responseCode != .noError:
            throw .refused(message.responseCode, message.explanation)
        case .failed(let failure): throw .unproved(server, "\(failure)")
        }
        guard message.responseCode == .noError else {
            throw .refused(message.responseCode, message.explanation)
        }
    }

    /// Over TCP, which is as long as it has to be.
    private func exchange(_ request: [UInt8]) throws(Failure) -> [UInt8] {
        do throws(SystemFailure) {
            let socket = try QuerySocket.connected(
                to: server, isStream: true, deadline: Deadline(seconds: timeout))
            try socket.sendFramed(request)
            return try socket.receiveFramed()
        } catch {
            throw .system(error, server)
        }
    }
}

extension Message {
    /// What an extended error says of it (RFC 8914).
    fileprivate var explanation: String? {
        for case .extendedError(let error) in edns?.options ?? [] {
            return error.text.isEmpty ? "\(error.code)" : error.text
        }
        return nil
    }
}
