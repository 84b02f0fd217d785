import DNSWire
import Glibc

/// Asks one question and waits for the answer.
struct QueryClient {
    let request: QueryRequest

    /// The answer that a server gave, and how.
    struct Answer {
        var message: Message
        var size: Int
        var isStream: Bool
        var milliseconds: Int
        var server: SocketAddress
        /// The client cookie that was sent, which a right answer returns.
        var clientCookie: [UInt8]
        /// A first answer over UDP was truncated.
        var wasTruncated = false
    }

    enum Failure: Error, CustomStringConvertible {
        case system(SystemFailure, SocketAddress)
        case noAnswer(SocketAddress, seconds: Double)
        case malformed(WireError, SocketAddress)

        var description: String {
            switch self {
            case .system(let failure, let server): "no answer from \(server): \(failure)"
            case .noAnswer(let server, let seconds): "no answer from \(server) within \(seconds) s"
            case .malformed(let error, let server): "\(server) answered with a malformed message: \(error)"
            }
        }
    }

    /// Times that a query is sent over UDP before the time is up.
    private static let tries = 3

    /// Asks over UDP, and over TCP if told to or if the answer was truncated.
    func ask() throws(Failure) -> Answer {
        var cookie = (client: (0..<8).map { _ in UInt8.random(in: 0...255) }, server: [UInt8]())
        let deadline = Deadline(seconds: request.timeout)
        guard !request.usesTCP else { return try ask(overStream: true, cookie, deadline) }
        var answer = try ask(overStream: false, cookie, deadline)
        if answer.message.responseCode == .badCookie, let fresh = answer.serverCookie {
            cookie.server = fresh
            answer = try ask(overStream: false, cookie, deadline)
        }
        guard answer.message.header.flags.contains(.tc) else { return answer }
        var whole = try ask(overStream: true, cookie, deadline)
        whole.wasTruncated = true
        return whole
    }

    private func ask(
        overStream isStream: Bool, _ cookie: (client: [UInt8], server: [UInt8]), _ deadline: Deadline
    ) throws(Failure) -> Answer {
        let id = UInt16.random(in: .min ... .max)
        let query = request.message(id: id, cookie: cookie)
        let start = ContinuousClock.now
        let octets: [UInt8]
        do throws(SystemFailure) {
            let socket = try QuerySocket.connected(to: request.server, isStream: isStream, deadline: deadline)
            octets = try isStream ? exchangeFramed(query, socket) : exchange(query, socket, deadline)
        } catch {
            throw error.code == ETIMEDOUT
                ? .noAnswer(request.server, seconds: request.timeout) : .system(error, request.server)
        }
        let time = (ContinuousClock.now - start) / .milliseconds(1)
        do throws(WireError) {
            return Answer(
                message: try Message(parsing: octets.span), size: octets.count, isStream: isStream,
                milliseconds: Int(time.rounded()), server: request.server, clientCookie: cookie.client)
        } catch {
            throw .malformed(error, request.server)
        }
    }

    private func exchange(
        _ query: [UInt8], _ socket: borrowing QuerySocket, _ deadline: Deadline
    ) throws(SystemFailure) -> [UInt8] {
        for attempt in 1...Self.tries {
            try socket.send(query)
            let isLast = attempt == Self.tries
            let limit = isLast ? deadline : Deadline(seconds: request.timeout / Double(Self.tries))
            do throws(SystemFailure) {
                while true {
                    let octets = try socket.receive(65_535, until: limit)
                    if isReply(octets, to: query) { return octets }
                }
            } catch {
                // A refusal by the host is final; silence is not, until the last try.
                guard error.code == ETIMEDOUT, !isLast else { throw error }
            }
        }
        throw SystemFailure(code: ETIMEDOUT)
    }

    private func exchangeFramed(
        _ query: [UInt8], _ socket: borrowing QuerySocket
    ) throws(SystemFailure) -> [UInt8] {
        try socket.sendFramed(query)
        while true {
            let octets = try socket.receiveFramed()
            if isReply(octets, to: query) { return octets }
        }
    }

    /// A response with the query's ID and, as far as it repeats one, its question.
    private func isReply(_ octets: [UInt8], to query: [UInt8]) -> Bool {
        guard let header = try? Header(parsing: octets.span), header.isResponse, octets[..<2] == query[..<2]
        else {
            return false
        }
        var offset = Header.length
        guard header.questionCount > 0 else { return true }
        guard let question = try? Question(parsing: octets.span, at: &offset) else { return true }
        return question == request.question
    }
}

extension QueryClient.Answer {
    /// The server's part of the cookie, where it comes with ours.
    var serverCookie: [UInt8]? {
        message.edns?.first { option in
            guard case .cookie(clientCookie, let server) = option, !server.isEmpty else { return nil }
            return server
        }
    }
}
