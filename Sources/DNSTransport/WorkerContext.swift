public import DNSWire

/// What a service may ask of the worker that it lives on. The daemon's `Worker` conforms with sockets; a test
/// conforms with a script and a clock that jumps. All calls are made on the worker's queue and none of them
/// blocks.
public protocol WorkerContext: AnyObject {
    /// The clocks as last read (once per wake-up of the loop, not per packet).
    var now: Moment { get }

    /// Sends `message` (its ID included) to `server` and reports every reply, and the end, to the service
    /// under `exchange`. UDP: a connected socket of its own, random source port. TCP: a kept connection to
    /// that server where there is one; a query that meets the end of a kept connection is sent once more.
    /// Encrypted: the same, and nothing of the message is sent before the server has proved who it is; `server` has to be
    /// the address that the transport names. `timeout` is in nanoseconds from now. The identifier must not be in use.
    func send(
        _ exchange: ExchangeID, message: [UInt8], to server: SocketAddress, over transport: UpstreamTransport,
        timeout: Int64)

    /// The same over TCP or TLS, on a connection that has no other exchange, is closed with this one, and is never tried
    /// again: for zone transfers, whose many messages would hold up queries (and queries them), and for updates, which must
    /// not be done twice. TLS has to be version 1.3, and "dot" agreed on (RFC 9103 §7.1, §7.2). Over UDP and HTTPS it fails.
    func sendAlone(
        _ exchange: ExchangeID, message: [UInt8], to server: SocketAddress, over transport: UpstreamTransport,
        timeout: Int64)

    /// Ends an exchange; nothing more is reported for it. Unknown identifiers are ignored.
    func cancel(_ exchange: ExchangeID)

    /// Goes on with an exchange that said `.pause`: the next message has to come within so many nanoseconds. Any other is
    /// left as it is.
    func resume(_ exchange: ExchangeID, within timeout: Int64)

    /// Calls the service's `timerFired(token)` once, at or soon after `monotonic` nanoseconds.
    func schedule(_ token: UInt64, at monotonic: Int64)

    /// Sends a finished response to a client whose query was `.deferred`. A client that has gone is ignored.
    func reply(_ message: Span<UInt8>, to client: Client)

    /// Says that a `.deferred` query gets no reply after all, so that a stream does not wait for it.
    func abandon(_ client: Client)

    /// Answers a `.deferred` query by a sequence of messages (RFC 5936 §2.2), in place of its one reply. From then on the
    /// service is asked for them (`WorkerService.nextMessage`), never from within this call. The identifier must not be
    /// in use.
    ///
    /// - Returns: false when there can be no sequence: over UDP and HTTP, where the client has gone, where too many run, or
    ///   when the worker stops. The query is deferred as before then.
    func beginSequence(_ sequence: SequenceID, to client: Client) -> Bool

    /// Goes on with a sequence that said `.pause`. Any other is left as it is.
    func resumeSequence(_ sequence: SequenceID)
}

extension WorkerContext {
    public func sendAlone(
        _ exchange: ExchangeID, message: [UInt8], to server: SocketAddress, over transport: UpstreamTransport,
        timeout: Int64
    ) {
        send(exchange, message: message, to: server, over: transport, timeout: timeout)
    }
    public func resume(_ exchange: ExchangeID, within timeout: Int64) {}
    public func beginSequence(_ sequence: SequenceID, to client: Client) -> Bool { false }
    public func resumeSequence(_ sequence: SequenceID) {}
}

/// Names one upstream exchange on one worker; never used twice.
public typealias ExchangeID = UInt64

/// Names one sequence of responses on one worker; never used twice.
public typealias SequenceID = UInt64

public enum UpstreamTransport: Sendable, Hashable {
    case udp, tcp
    /// TLS or HTTPS, and whom to prove itself to be.
    case encrypted(EncryptedServer)
}

/// Where a query came from and where its response must go. A plain value that can be kept while a client
/// waits.
public struct Client: Sendable, Hashable {
    public enum Transport: UInt8, Sendable, Hashable {
        case udp, tcp, tls, https
        /// HTTP in cleartext, behind a proxy that has the TLS.
        case http

        /// A stream proves the client's address, and has no limit of 512 or 1232 octets.
        public var isStream: Bool { self != .udp }

        /// Who listens on the client's way learns sizes only.
        public var isEncrypted: Bool { self == .tls || isHTTP }

        /// A request has one response, and HTTP's own ways to keep a connection.
        public var isHTTP: Bool { self == .https || self == .http }

        /// As people write it.
        public var name: String {
            switch self {
            case .udp: "UDP"
            case .tcp: "TCP"
            case .tls: "TLS"
            case .https: "HTTPS"
            case .http: "HTTP"
            }
        }
    }

    public var transport: Transport
    /// The client's address and port.
    public var peer: SocketAddress
    /// The address that the client asked, from which the answer must come.
    public var local: SocketAddress
    /// The worker's own: the listener (UDP), or the connection and its generation (streams).
    public var route: UInt64
    /// Which request of the connection (HTTP).
    public var request: UInt32
    /// Whether its TLS is what zone transfers demand: version 1.3, and "dot" agreed on (RFC 9103 §7.1, §7.2).
    public var hasTransferTLS = false

    public init(
        transport: Transport, peer: SocketAddress, local: SocketAddress, route: UInt64, request: UInt32 = 0
    ) {
        self.transport = transport
        self.peer = peer
        self.local = local
        self.route = route
        self.request = request
    }
}

/// The service that a worker feeds: one instance per worker, called only on that worker's queue.
public protocol WorkerService: AnyObject {
    /// One UDP datagram or one message of a stream.
    ///
    /// A response is written to the front of `response`, which holds 65,535 octets for streams and otherwise
    /// the largest UDP payload that the worker was configured with. Neither span may be kept.
    func receive(_ query: Span<UInt8>, from client: Client, into response: inout MutableSpan<UInt8>)
        -> QueryDisposition

    /// A message that came for an exchange: over UDP whatever arrived on its socket, over TCP the message
    /// with its ID.
    func upstreamReceived(_ message: Span<UInt8>, for exchange: ExchangeID) -> ExchangeDisposition

    /// The exchange is over without a usable reply. Not called after `.finished` or `cancel`.
    func upstreamEnded(_ exchange: ExchangeID, _ end: ExchangeEnd)

    func timerFired(_ token: UInt64)

    /// Deferred queries and whatever else must finish before the worker may stop. Sequences are not waited for: they are
    /// given up.
    var pendingCount: Int { get }

    /// The next message of a sequence, written to the front of `message`, which holds 65,535 octets and may not be kept.
    /// Asked for when what waits on the connection is little, so that a client that does not read costs no memory.
    func nextMessage(of sequence: SequenceID, into message: inout MutableSpan<UInt8>) -> SequenceStep

    /// A sequence is over before its last message: the connection is gone, or the worker stops.
    func sequenceEnded(_ sequence: SequenceID)
}

extension WorkerService {
    public func nextMessage(of sequence: SequenceID, into message: inout MutableSpan<UInt8>) -> SequenceStep {
        .end
    }
    public func sequenceEnded(_ sequence: SequenceID) {}
}

/// What became of one query.
public enum QueryDisposition: Sendable, Hashable {
    /// The response is the first so many octets of the buffer. A length outside 1...buffer counts as
    /// `dropped`.
    case answered(Int)
    /// Exactly one `WorkerContext.reply` or `WorkerContext.abandon` follows. A half-closed stream is held
    /// open for it.
    case deferred
    /// There will be no answer.
    case dropped
    /// No answer, and a stream reads no more: it is closed once what it is still owed has been sent. Over UDP
    /// as `dropped`.
    case closeConnection
}

/// What a sequence of responses goes on with. After `last`, `end` and `closeConnection` it is over, and nothing more is
/// reported for it.
public enum SequenceStep: Sendable, Hashable {
    /// The first so many octets of the buffer, and more to come. A length outside 1...buffer counts as `closeConnection`.
    case message(Int)
    /// The same, and nothing more.
    case last(Int)
    /// Nothing now. `WorkerContext.resumeSequence` follows, before a deferred query would be given up.
    case pause
    /// Nothing more: what was sent is whole.
    case end
    /// Nothing more, and the client has to see that this is not all: as for a query.
    case closeConnection
}

public enum ExchangeDisposition: Sendable, Hashable {
    /// Not the reply (forged, malformed, for another question): go on listening until the time-out.
    case keepWaiting
    /// Of the reply, which goes on: the next message has to come within so many nanoseconds, whatever the time-out was.
    case more(within: Int64)
    /// The same, and no more is read from the server, nor waited for, before `WorkerContext.resume`; what was read already
    /// still comes. Only for exchanges that have their connection to themselves; others go on.
    case pause
    case finished
}

public enum ExchangeEnd: Sendable, Hashable {
    case timedOut
    /// The network said no: an `errno` value. ICMP errors over UDP are not reported (they can be forged, SAD
    /// DNS).
    case failed(Int32)
    /// A server asked over TLS or HTTPS did not prove who it is, or does not speak as it should.
    case encryptionFailed(EncryptionFault)
}
