/// One connection over TCP, and what is on it: TLS, HTTP/2, messages with their length in front.
final class StreamConnection {
    enum Phase { case closed, connecting, handshaking, open }

    let index: Int
    private(set) var phase = Phase.closed
    private(set) var socket: Socket?
    private var tls: TLSChannel?
    private(set) var http: HTTP2Session?
    var output = OctetQueue()
    /// The beginning of a message.
    private var input: [UInt8] = []
    /// Queries under way, and all that were asked since the connection began.
    var inFlight = 0
    var askedCount = 0
    /// Monotonic nanoseconds.
    private(set) var begun: Int64 = 0
    /// Whether the poller is asked for room to write.
    var waitsForRoom = true

    init(index: Int) { self.index = index }

    // --- Life ---

    func connect(_ socket: Socket, at now: Int64) {
        self.socket = socket
        begun = now
        phase = .connecting
        waitsForRoom = true
    }

    /// The socket is connected, and speaks TLS next.
    func secure(_ channel: TLSChannel) {
        tls = channel
        phase = .handshaking
    }

    func shakeHands() -> TLSChannel.Handshake { tls?.shakeHands() ?? .failed }

    var isResumed: Bool { tls?.isResumed ?? false }

    func becomeOpen(_ http: HTTP2Session?) {
        self.http = http
        phase = .open
    }

    func close() {
        if phase == .open { tls?.shutDown() }
        phase = .closed
        // Before the socket that it writes to.
        tls = nil
        http = nil
        socket = nil
        output.removeAll()
        input = []
        inFlight = 0
        askedCount = 0
    }

    // --- Octets ---

    func read(into buffer: UnsafeMutableBufferPointer<UInt8>) -> TransferResult {
        if let tls { return unsafe tls.read(into: buffer) }
        return unsafe socket?.read(into: buffer) ?? .ended
    }

    /// More may be there although the socket has nothing.
    var readsAhead: Bool { tls != nil }

    func write() -> TransferResult {
        if let tls { return unsafe output.withUnwritten { unsafe tls.write($0) } }
        return unsafe output.withUnwritten { unsafe socket?.write($0) } ?? .ended
    }

    /// Gives each message in what came, and in what was kept of before, to `body`, and keeps the rest.
    func forEachMessage(
        _ octets: UnsafeBufferPointer<UInt8>, _ body: (UnsafeBufferPointer<UInt8>) -> Void
    ) {
        if input.isEmpty {
            let used = unsafe Self.messages(in: octets, body)
            if used < octets.count { input = unsafe Array(octets[used...]) }
        } else {
            unsafe input.append(contentsOf: octets)
            let used = unsafe input.withUnsafeBufferPointer { unsafe Self.messages(in: $0, body) }
            input.removeFirst(used)
        }
    }

    /// How many octets whole messages take up.
    private static func messages(
        in octets: UnsafeBufferPointer<UInt8>, _ body: (UnsafeBufferPointer<UInt8>) -> Void
    ) -> Int {
        var start = 0
        while octets.count - start >= 2 {
            let length = unsafe Int(octets[start]) << 8 | Int(octets[start + 1])
            let end = start + 2 + length
            guard end <= octets.count else { break }
            unsafe body(UnsafeBufferPointer(rebasing: octets[start + 2..<end]))
            start = end
        }
        return start
    }
}
