import DNSOverHTTP
import DNSWire

/// Where a query on a stream goes.
enum UpstreamDestination: Hashable {
    case tcp(SocketAddress)
    case encrypted(EncryptedServer)

    var address: SocketAddress {
        switch self {
        case .tcp(let address): address
        case .encrypted(let server): server.address
        }
    }
}

/// One connection to a server. Only state; `UpstreamStreams` acts on it.
///
/// What is to be sent goes down: `output` or `http` (messages), `session` (records), the socket.
final class UpstreamConnection {
    let descriptor: FileDescriptor
    let key: SlotKey
    let destination: UpstreamDestination
    /// Nil over plain TCP.
    let session: TLSClientSession?
    /// Nil but for HTTPS.
    let http: DoHClientConnection?

    var isConnecting = true
    /// Whether it is for one exchange only.
    var isOwn = false
    /// It takes no more queries and is closed with its last exchange. So it is from the beginning where it is for one only.
    var isRetired = false
    /// Whether nothing is read for now.
    var isPaused = false
    var input = StreamInput()
    private(set) var output = StreamOutput()
    var interest: Interest = []
    var isTouched = false
    var idleTimer: TimerHandle?
    /// How it ended while messages were read that had come before. It is closed once they are.
    var ending: ExchangeEnd?
    /// Streams that came to nothing and were not reported yet.
    private(set) var failures: [StreamFailure] = []
    /// Whether an exchange was answered on it.
    private(set) var hasReplied = false
    /// Messages that nobody waited for.
    private(set) var junk = 0

    /// Names a query among those of a connection: its ID or, with HTTP, its stream.
    typealias Tag = UInt32

    private struct Expectation {
        /// Nil: the exchange was given up, but its reply may still come, and must not be taken for that of another
        /// query; so the tag is not used again here until it has.
        var exchange: ExchangeID?
        let id: UInt16
    }

    struct StreamFailure {
        let stream: Tag
        let fault: DoHFault
        let mayAskAgain: Bool
    }

    private var expected: [Tag: Expectation] = [:]
    /// Exchanges that wait.
    private(set) var liveCount = 0

    init(
        adopting descriptor: consuming FileDescriptor, key: SlotKey, destination: UpstreamDestination,
        session: TLSClientSession?
    ) {
        self.descriptor = descriptor
        self.key = key
        self.destination = destination
        self.session = session
        if case .encrypted(let server) = destination, case .https(let path) = server.service {
            http = DoHClientConnection(authority: server.authority, path: path)
        } else {
            http = nil
        }
    }

    var liveExchanges: [ExchangeID] { expected.values.compactMap(\.exchange) }

    /// Whether the server has still to prove who it is.
    var isHandshaking: Bool { session?.state == .handshaking }

    //--- Queries ---

    func takes(_ message: [UInt8], _ configuration: WorkerConfiguration) -> Bool {
        guard !isRetired, expected.count < configuration.exchangesPerConnection else { return false }
        if let http {
            return http.takesQueries
                && http.unsentCount + StreamFrame.longestFrame <= configuration.upstreamOutput
        }
        return expected[Tag(Self.id(of: message.span))] == nil
            && output.count + StreamFrame.longestFrame <= configuration.upstreamOutput
    }

    /// Puts a query in line; nil when there is no room.
    func enqueue(_ message: [UInt8], for exchange: ExchangeID, limit: Int) -> Tag? {
        let id = Self.id(of: message.span)
        let tag: Tag
        if let http {
            guard let stream = http.ask(message.span) else { return nil }
            tag = stream
        } else {
            guard output.append(message.span, limit: limit) else { return nil }
            tag = Tag(id)
        }
        expected[tag] = Expectation(exchange: exchange, id: id)
        liveCount += 1
        return tag
    }

    func stopExpecting(_ tag: Tag, isReplyOutstanding: Bool) {
        guard let known = expected[tag], known.exchange != nil else { return }
        if isReplyOutstanding { expected[tag]?.exchange = nil } else { expected[tag] = nil }
        liveCount -= 1
    }

    /// The exchange that waits for a message with this ID.
    func take(_ message: Span<UInt8>) -> ExchangeID? {
        let tag = Tag(Self.id(of: message))
        if message.count >= 2, let known = expected[tag] {
            hasReplied = true
            if let exchange = known.exchange { return exchange }
            expected[tag] = nil
        } else {
            junk += 1
        }
        return nil
    }

    /// The exchange that waits for this stream's response, and the ID that its query had. Nil: nobody waits any more.
    func take(stream: Tag, isReply: Bool) -> (exchange: ExchangeID, id: UInt16)? {
        if isReply { hasReplied = true }
        guard let known = expected[stream] else { return nil }
        if let exchange = known.exchange { return (exchange, known.id) }
        expected[stream] = nil
        return nil
    }

    func note(_ fault: DoHFault, stream: Tag, mayAskAgain: Bool) {
        failures.append(StreamFailure(stream: stream, fault: fault, mayAskAgain: mayAskAgain))
    }

    func takeFailures() -> [StreamFailure] {
        defer { failures = [] }
        return failures
    }

    /// The ID of a message (RFC 1035 §4.1.1); 0 when it is too short to have one.
    static func id(of message: Span<UInt8>) -> UInt16 {
        message.count >= 2 ? UInt16(message[0]) << 8 | UInt16(message[1]) : 0
    }

    //--- Octets for the socket ---

    /// Sealed octets that may wait for the socket before more are sealed: as much as it takes at once, usually.
    private static let sealedHighWater = 65_536

    /// Seals what waits, once the server has proved who it is.
    private func seal() {
        guard let session, session.state == .open else { return }
        while session.unsent.count < Self.sealedHighWater {
            let count: Int
            if let http {
                count = unsafe http.withUnsent { unsafe session.send($0) }
                http.sent(count)
            } else {
                count = unsafe output.withUnwritten { unsafe session.send($0) }
                output.advance(by: count)
            }
            if count == 0 { return }
        }
    }

    /// Writes what waits, as far as the socket takes it; nil when there is nothing.
    func writeOnce() -> SocketResult? {
        seal()
        guard hasUnwritten else { return nil }
        let result: SocketResult
        if let session {
            result = unsafe session.unsent.withUnwritten { unsafe descriptor.send($0) }
            if case .octets(let count) = result { session.sent(count) }
        } else {
            result = unsafe output.withUnwritten { unsafe descriptor.send($0) }
            if case .octets(let count) = result { output.advance(by: count) }
        }
        return result
    }

    /// Whether octets wait for the socket.
    var hasUnwritten: Bool {
        guard let session else { return !output.isEmpty }
        return !session.unsent.isEmpty
    }
}

extension EncryptedServer {
    /// Whom requests are for (RFC 9110 §7.2).
    fileprivate var authority: String {
        let host = name ?? (address.address.family == .ipv6 ? "[\(address.address)]" : "\(address.address)")
        return address.port == 443 ? host : "\(host):\(address.port)"
    }
}
