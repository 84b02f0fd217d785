import DNSTransport
import DNSWire

/// A worker's world without sockets and clocks: keeps what the service sends and replies.
final class ScriptedContext: WorkerContext {
    let now = Moment.sample
    /// Queries to servers that were not answered yet.
    private var sent: [(exchange: ExchangeID, message: [UInt8])] = []
    private var reply: Header?

    func send(
        _ exchange: ExchangeID, message: [UInt8], to server: SocketAddress, over transport: UpstreamTransport,
        timeout: Int64
    ) {
        sent.append((exchange, message))
    }

    /// The last one.
    func takeSent() -> (exchange: ExchangeID, message: [UInt8])? { sent.popLast() }

    /// The header of the last reply.
    func takeReply() -> Header? {
        defer { reply = nil }
        return reply
    }

    func reply(_ message: Span<UInt8>, to client: Client) { reply = try? Header(parsing: message) }

    func cancel(_ exchange: ExchangeID) {}
    func schedule(_ token: UInt64, at monotonic: Int64) {}
    func abandon(_ client: Client) {}
}
