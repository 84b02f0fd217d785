import CLinux
public import DNSWire
import Synchronization

/// What is served on an address.
public struct Listener: Sendable {
    public enum Service: Sendable {
        /// DNS over UDP and TCP.
        case dns
        /// DNS over TLS (RFC 7858).
        case tls(TLSEndpoint)
        /// DNS over HTTPS (RFC 8484).
        case https(TLSEndpoint, DoHEndpoint)
        /// The same without TLS, for a proxy that has it.
        case http(DoHEndpoint)

        /// Where the sessions of its connections get their certificates; nil where nothing is encrypted.
        var endpoint: TLSEndpoint? {
            switch self {
            case .dns, .http: nil
            case .tls(let endpoint), .https(let endpoint, _): endpoint
            }
        }

        /// What HTTP requests are judged by; nil where messages come with their lengths.
        var web: DoHEndpoint? {
            switch self {
            case .dns, .tls: nil
            case .https(_, let web), .http(let web): web
            }
        }

        var hasDatagrams: Bool {
            switch self {
            case .dns: true
            case .tls, .https, .http: false
            }
        }

        /// How clients of its stream sockets come in.
        public var transport: Client.Transport {
            switch self {
            case .dns: .tcp
            case .tls: .tls
            case .https: .https
            case .http: .http
            }
        }
    }

    public var address: SocketAddress
    public var service: Service

    public init(_ address: SocketAddress, _ service: Service = .dns) {
        self.address = address
        self.service = service
    }
}

/// The sockets that clients reach, for all workers, opened before privileges are dropped and before anything
/// serves.
///
/// Every worker has a socket of its own on each address, and the kernel spreads the clients over them
/// (`SO_REUSEPORT`). All UDP sockets are bound before the first TCP socket listens: a client that can connect
/// finds UDP answering too.
public final class ListeningSockets: Sendable {
    /// The addresses as bound: the port is the kernel's choice where 0 was asked for. In the order asked.
    public let addresses: [SocketAddress]
    private let shares: Mutex<[WorkerSockets?]>

    private init(addresses: [SocketAddress], shares: [WorkerSockets]) {
        self.addresses = addresses
        self.shares = Mutex(shares)
    }

    /// Opens the sockets of each listener for `workers` workers.
    public static func open(
        _ listeners: [Listener], workers: Int, configuration: WorkerConfiguration
    ) throws(ListenError) -> ListeningSockets {
        let configuration = configuration.checked
        var shares = Array(repeating: WorkerSockets(), count: max(1, workers))
        // All are claimed before one is bound: our own wildcard address would be in the way of a particular
        // one.
        var bound: [Listener] = []
        for listener in listeners {
            bound.append(Listener(try claim(listener, configuration), listener.service))
        }
        for listener in bound { try bind(listener, for: &shares, configuration) }
        for stream in shares.flatMap(\.streams) {
            try stream.socket.listen(backlog: configuration.acceptBacklog)
        }
        return ListeningSockets(addresses: bound.map(\.address), shares: shares)
    }

    /// DNS over UDP and TCP on each address.
    public static func open(
        _ addresses: [SocketAddress], workers: Int, configuration: WorkerConfiguration
    ) throws(ListenError) -> ListeningSockets {
        try open(addresses.map { Listener($0) }, workers: workers, configuration: configuration)
    }

    /// The sockets of one worker, once.
    func take(worker index: Int) -> WorkerSockets? {
        shares.withLock { shares in
            guard shares.indices.contains(index), let share = shares[index] else { return nil }
            shares[index] = nil
            return share
        }
    }

    //--- Binding ---

    /// Ports chosen by the kernel for UDP that are tried for TCP too before giving up; one is taken rarely.
    private static let portAttempts = 16

    /// Makes sure that nobody has the address, and chooses its port where 0 was asked for.
    ///
    /// Sockets with `SO_REUSEPORT` would share a port with another server of the same user without an error,
    /// and the kernel even hands out such a port as a free one. So sockets without it ask first, and are
    /// closed again.
    private static func claim(
        _ listener: Listener, _ configuration: WorkerConfiguration
    ) throws(ListenError) -> SocketAddress {
        let (asked, service) = (listener.address, listener.service)
        var failure = ListenError(
            address: asked, transport: service.transport, error: SystemError(code: SystemError.addressInUse))
        for _ in 0..<(asked.port == 0 ? portAttempts : 1) {
            do throws(ListenError) {
                var address = asked
                let datagrams =
                    service.hasDatagrams
                    ? try ListeningSocket(binding: asked, .udp, configuration, isShared: false) : nil
                if let datagrams { address = datagrams.address }
                let streams = try ListeningSocket(
                    binding: address, service.transport, configuration, isShared: false)
                return streams.address
            } catch {
                failure = error
                guard error.error.code == SystemError.addressInUse else { throw error }
            }
        }
        throw failure
    }

    /// Binds the sockets of every worker, UDP first, and adds them to `shares`.
    private static func bind(
        _ listener: Listener, for shares: inout [WorkerSockets], _ configuration: WorkerConfiguration
    ) throws(ListenError) {
        for index in shares.indices where listener.service.hasDatagrams {
            shares[index].datagrams.append(
                try ListeningSocket(binding: listener.address, .udp, configuration, isShared: true))
        }
        for index in shares.indices {
            let socket = try ListeningSocket(
                binding: listener.address, listener.service.transport, configuration, isShared: true)
            shares[index].streams.append(StreamListener(socket: socket, service: listener.service))
        }
    }
}

/// One worker's sockets.
struct WorkerSockets: Sendable {
    var datagrams: [ListeningSocket] = []
    var streams: [StreamListener] = []
}

/// A socket on which clients connect, and what they find.
struct StreamListener: Sendable {
    let socket: ListeningSocket
    let service: Listener.Service
}

/// A bound socket. Whoever drops it last closes it.
final class ListeningSocket: Sendable {
    let descriptor: FileDescriptor
    /// As bound.
    let address: SocketAddress
    let transport: Client.Transport

    /// Opens, sets up and binds a socket; `isShared`: beside others on the same address and port. A stream
    /// socket does not listen yet.
    init(
        binding address: SocketAddress, _ transport: Client.Transport, _ configuration: WorkerConfiguration,
        isShared: Bool
    ) throws(ListenError) {
        do throws(SystemError) {
            let kind = transport == .udp ? CLINUX_DATAGRAM : CLINUX_STREAM
            let family = address.address.family
            let descriptor = try FileDescriptor(
                adopting: clinux_socket(family.rawValue, Int32(kind.rawValue)))
            if isShared { try descriptor.set(CLINUX_REUSE_PORT, 1) }
            if family == .ipv6 { try descriptor.set(CLINUX_ONLY_IPV6, 1) }
            switch transport {
            case .udp: try Self.setUpDatagrams(descriptor, address, configuration)
            case .tcp, .tls, .https, .http: try Self.setUpStreams(descriptor, configuration)
            }
            var raw = address.raw
            try SystemError.check(unsafe clinux_bind(descriptor.number, &raw))
            try SystemError.check(unsafe clinux_local_address(descriptor.number, &raw))
            self.address = SocketAddress(raw) ?? address
            self.transport = transport
            self.descriptor = descriptor
        } catch {
            throw ListenError(address: address, transport: transport, error: error)
        }
    }

    func listen(backlog: Int) throws(ListenError) {
        let status = clinux_listen(descriptor.number, Int32(clamping: backlog))
        guard status < 0 else { return }
        throw ListenError(address: address, transport: transport, error: SystemError(code: -status))
    }

    private static func setUpDatagrams(
        _ descriptor: borrowing FileDescriptor, _ address: SocketAddress, _ configuration: WorkerConfiguration
    ) throws(SystemError) {
        let isIPv4 = address.address.family == .ipv4
        try descriptor.set(isIPv4 ? CLINUX_IGNORE_PATH_MTU_IPV4 : CLINUX_IGNORE_PATH_MTU_IPV6, 1)
        // Elsewhere the address asked is the address bound, and the kernel need not tell it for each
        // datagram.
        if address.address.isUnspecified {
            try descriptor.set(isIPv4 ? CLINUX_PACKET_INFO_IPV4 : CLINUX_PACKET_INFO_IPV6, 1)
        }
        try descriptor.set(CLINUX_LARGE_RECEIVE_BUFFER, configuration.datagramReceiveBuffer)
        try descriptor.set(CLINUX_LARGE_SEND_BUFFER, configuration.datagramSendBuffer)
    }

    /// Accepted connections inherit all of these.
    private static func setUpStreams(
        _ descriptor: borrowing FileDescriptor, _ configuration: WorkerConfiguration
    ) throws(SystemError) {
        try descriptor.set(CLINUX_REUSE_ADDRESS, 1)
        try descriptor.set(CLINUX_NO_DELAY, 1)
        try descriptor.set(CLINUX_RECEIVE_BUFFER, configuration.streamReceiveBuffer)
        try descriptor.set(CLINUX_SEND_BUFFER, configuration.streamSendBuffer)
    }
}

/// Why an address cannot be listened on.
public struct ListenError: Error, Sendable, Hashable, CustomStringConvertible {
    public var address: SocketAddress
    public var transport: Client.Transport
    public var error: SystemError

    public var description: String {
        "cannot listen on \(address.address) port \(address.port) over \(transport.name): \(error)"
    }
}
