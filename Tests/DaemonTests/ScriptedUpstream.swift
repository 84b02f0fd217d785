import CLinux
import DNSWire
import Dispatch
import Glibc
import Synchronization

@testable import homing

/// A name server on a loopback port, over UDP and TCP, that answers what a script says and remembers what it was asked.
final class ScriptedUpstream: Sendable {
    /// The response to a query; nil: silence. ID, question and QR are filled in.
    typealias Script = @Sendable (Question) -> Message?

    let address: SocketAddress

    private struct Held {
        var query: Message
        var peer: clinux_address
    }

    private struct State {
        var questions: [Question] = []
        var heldNames: Set<DomainName> = []
        var held: [Held] = []
        var isReleasing = false
        var isEnding = false
    }

    private let state = Mutex(State())
    private let arrivals = DispatchSemaphore(value: 0)
    private let wakeUp: Int32
    private let ended = DispatchSemaphore(value: 0)
    private let script: Script

    init(_ script: @escaping Script) throws {
        self.script = script
        wakeUp = clinux_eventfd()
        let (datagrams, stream, address) = try Self.sockets()
        self.address = address
        let queue = DispatchQueue(label: "test.upstream")
        // Weak, so that the last owner ends the thread.
        queue.async { [weak self, wakeUp, ended] in
            let batch = unsafe clinux_batch_create(1, 65_535, 65_535)
            while let self, let batch = unsafe batch, !self.isEnding {
                unsafe self.turn(batch, datagrams, stream)
            }
            if let batch = unsafe batch { unsafe clinux_batch_destroy(batch) }
            for number in [datagrams, stream, wakeUp] { _ = clinux_close(number) }
            ended.signal()
        }
    }

    /// Ends the thread and closes the sockets.
    func stop() {
        state.withLock { $0.isEnding = true }
        _ = clinux_eventfd_signal(wakeUp)
        ended.wait()
    }

    private var isEnding: Bool { state.withLock { $0.isEnding } }

    /// All questions so far, in order.
    var questions: [Question] { state.withLock { $0.questions } }

    func count(of name: DomainName) -> Int { questions.count { $0.qname == name } }

    //--- Answers that wait ---

    /// Keeps the answers for `name` back until `release`.
    func hold(_ name: DomainName) { state.withLock { _ = $0.heldNames.insert(name) } }

    /// Waits until a query is held back; false when none is in time.
    func waitForHeld() -> Bool { arrivals.wait(timeout: .now() + patience) == .success }

    /// Answers what is held back, and holds nothing more.
    func release() {
        state.withLock { $0.isReleasing = true }
        _ = clinux_eventfd_signal(wakeUp)
    }

    //--- The thread ---

    private static func sockets() throws -> (datagrams: Int32, stream: Int32, SocketAddress) {
        var raw = clinux_address(SocketAddress(IPAddress(127, 0, 0, 1), port: 0))
        // A port that is free for both; UDP's may be taken for TCP.
        for _ in 0..<16 {
            let datagrams = clinux_socket(4, Int32(CLINUX_DATAGRAM.rawValue))
            let stream = clinux_socket(4, Int32(CLINUX_STREAM.rawValue))
            raw.port = 0
            if unsafe clinux_bind(datagrams, &raw) == 0, unsafe clinux_local_address(datagrams, &raw) == 0,
                unsafe clinux_bind(stream, &raw) == 0, clinux_listen(stream, 16) == 0
            {
                return (datagrams, stream, SocketAddress(IPAddress(127, 0, 0, 1), port: raw.port))
            }
            _ = clinux_close(datagrams)
            _ = clinux_close(stream)
        }
        throw SystemFailure(code: EADDRINUSE)
    }

    private func turn(_ batch: OpaquePointer, _ datagrams: Int32, _ stream: Int32) {
        var pollers = [datagrams, stream, wakeUp].map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
        guard unsafe poll(&pollers, 3, -1) > 0 else { return }
        if pollers[0].revents != 0 { unsafe receiveDatagram(batch, datagrams) }
        if pollers[1].revents != 0 { acceptStream(stream) }
        if pollers[2].revents != 0 {
            _ = clinux_eventfd_clear(wakeUp)
            unsafe sendHeld(batch, datagrams)
        }
    }

    private func receiveDatagram(_ batch: OpaquePointer, _ socket: Int32) {
        guard unsafe clinux_batch_receive(batch, socket) == 1 else { return }
        let datagram = unsafe clinux_batch_datagrams(batch)[0]
        let octets = unsafe Array(
            UnsafeBufferPointer(start: clinux_batch_received(batch), count: Int(datagram.length)))
        guard let query = try? Message(parsing: octets.span), let question = query.questions.first else {
            return
        }
        let isHeld = state.withLock { state in
            state.questions.append(question)
            guard state.heldNames.contains(question.qname) else { return false }
            state.held.append(Held(query: query, peer: datagram.peer))
            return true
        }
        if isHeld {
            arrivals.signal()
        } else {
            unsafe send(query, to: datagram.peer, batch, socket)
        }
    }

    private func sendHeld(_ batch: OpaquePointer, _ socket: Int32) {
        let held = state.withLock { state in
            defer {
                if state.isReleasing { (state.held, state.heldNames, state.isReleasing) = ([], [], false) }
            }
            return state.isReleasing ? state.held : []
        }
        for entry in held { unsafe send(entry.query, to: entry.peer, batch, socket) }
    }

    private func send(_ query: Message, to peer: clinux_address, _ batch: OpaquePointer, _ socket: Int32) {
        guard let response = response(to: query, limit: Int(query.edns?.payloadSize ?? 512)) else { return }
        let outgoing = unsafe clinux_batch_outgoing(batch)
        for (index, octet) in response.enumerated() { unsafe outgoing[index] = octet }
        var (peer, local) = (peer, clinux_address())
        guard unsafe clinux_batch_address(batch, 0, &peer, &local, UInt32(response.count)) >= 0 else {
            return
        }
        _ = unsafe clinux_batch_send(batch, socket, 0, 1)
    }

    /// One query of one connection; the next turn takes the next connection.
    private func acceptStream(_ listener: Int32) {
        var raw = clinux_address()
        let number = unsafe clinux_accept(listener, &raw)
        guard number >= 0, let socket = try? QuerySocket(adopting: number, Deadline(seconds: patience)) else {
            return
        }
        guard let octets = try? socket.receiveFramed(), let query = try? Message(parsing: octets.span),
            let question = query.questions.first
        else { return }
        state.withLock { $0.questions.append(question) }
        guard let response = response(to: query, limit: 65_535) else { return }
        try? socket.send(framed(response))
    }

    private func response(to query: Message, limit: Int) -> [UInt8]? {
        guard let question = query.questions.first, var response = script(question) else { return nil }
        response.header.id = query.header.id
        response.header.flags.formUnion([.qr, .ra])
        if query.header.flags.contains(.rd) { response.header.flags.insert(.rd) }
        response.questions = query.questions
        if query.edns != nil { response.edns = EDNS() }
        return response.compose(limit: limit)
    }
}

/// A message of a stream with its length in front (RFC 1035 §4.2.2).
func framed(_ message: [UInt8]) -> [UInt8] {
    [UInt8(truncatingIfNeeded: message.count >> 8), UInt8(truncatingIfNeeded: message.count)] + message
}

/// The zone that the tests ask for: everything below `example.` that is not here does not exist.
enum ExampleZone {
    static let script: ScriptedUpstream.Script = { question in
        var response = Message()
        let owner = question.qname
        guard owner != "fail.example." else {
            response.responseCode = .serverFailure
            return response
        }
        let rdatas = records[owner]?.filter { $0.0 == question.qtype } ?? []
        response.answers = rdatas.map { Record(owner, $0.0, ttl: 300, $0.1) }
        if rdatas.isEmpty {
            response.authorities = soa
            if records[owner] == nil { response.responseCode = .nxDomain }
        }
        return response
    }

    private static let soa: [Record] = [
        try? Record(text: "example. 60 IN SOA ns.example. hostmaster.example. 1 3600 600 86400 60")
    ].compactMap { $0 }

    private static let records: [DomainName: [(RecordType, RData)]] = [
        "www.example.": [data(.a, "192.0.2.1"), data(.aaaa, "2001:db8::1")],
        "slow.example.": [data(.a, "192.0.2.2")],
        "other.example.": [data(.a, "192.0.2.3")],
        "mid.example.": [data(.txt, "\"" + String(repeating: "m", count: 250) + "\"")],
        "big.example.": (0..<20).map { data(.txt, "\"\($0)" + String(repeating: "b", count: 200) + "\"") },
        "odd.example.": [data(RecordType(rawValue: 65_280), "\\# 3 010203")],
        "inside.example.": [data(.a, "192.168.7.7")],
    ]

    private static func data(_ type: RecordType, _ text: String) -> (RecordType, RData) {
        (type, (try? RData(text: text, type: type)) ?? RData(unchecked: []))
    }
}
