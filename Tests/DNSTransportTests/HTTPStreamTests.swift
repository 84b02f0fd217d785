import DNSOverHTTP
import DNSTransport
import DNSWire
import TestPeers
import Testing

/// What HTTP does to the connections of a worker; over cleartext, where it is the same.
@Suite("DNS over HTTP (RFC 8484) on a worker's connections")
struct HTTPStreamTests {
    /// The sample query with an ID, by which the script knows what to do.
    private static func query(_ id: UInt8) -> [UInt8] { [0, id] + Sample.message.dropFirst(2) }

    private static func path(_ id: UInt8) -> String { "/dns-query?dns=" + Sample.encode(query(id)) }

    private static func get(_ id: UInt8) -> String {
        "GET \(path(id)) HTTP/1.1\r\nHost: dns.example\r\n\r\n"
    }

    /// Defers ID 1, answers 4 with 60,000 octets, and else echoes.
    private static var script: ScriptedService.Script {
        var script = ScriptedService.Script()
        script.receive = { _, query, _ in
            switch query[1] {
            case 1: .deferred
            case 4: .answer(query + [UInt8](repeating: 0, count: 60_000 - query.count))
            default: .answer(query)
            }
        }
        return script
    }

    private func worker(
        _ settings: DoHSettings = DoHSettings(), _ change: (inout WorkerConfiguration) -> Void = { _ in }
    ) throws -> TestWorker {
        var configuration = WorkerConfiguration.patient
        change(&configuration)
        return try TestWorker(
            ["127.0.0.1"], .http(DoHEndpoint(settings)), configuration: configuration, Self.script)
    }

    //--- HTTP/1.1 ---

    /// Reads until so many responses came, or the stream ends.
    private func responses(_ count: Int, from client: TestSocket) -> (messages: [UInt8], text: String) {
        var octets: [UInt8] = []
        func ids() -> [UInt8] {
            octets.indices.dropLast(12).filter { octets[$0...].starts(with: [13, 10, 13, 10, 0]) }.map {
                octets[$0 + 5]
            }
        }
        while ids().count < count, let more = client.receive(), !more.isEmpty { octets += more }
        return (ids(), String(decoding: octets, as: UTF8.self))
    }

    @Test("a request behind one that had to wait is answered", arguments: [false, true])
    func pipelined(isHalfClosed: Bool) throws {
        let worker = try worker()
        let client = try TestSocket(.http, to: worker.address)
        client.send(Array((Self.get(1) + Self.get(2) + Self.get(3)).utf8))
        if isHalfClosed { client.shutdownWriting() }
        #expect(worker.log.wait(for: 1) == [.query(Self.query(1))])
        worker.run { $0.replyToWaiting(0) }
        #expect(responses(3, from: client).messages == [1, 2, 3])
        if isHalfClosed { #expect(client.isClosed()) }
        #expect(worker.counters.http.queries == 3)
    }

    @Test("an octet of a request now and then does not keep a connection", arguments: [false, true])
    func dribble(mayIdle: Bool) throws {
        // However long a connection without a request may idle.
        let worker = try worker {
            if mayIdle { $0.writeTimeout = 50_000_000 } else { $0.idleTimeout = 50_000_000 }
        }
        let client = try TestSocket(.http, to: worker.address)
        client.send(Array("GET / HTTP/1.1\r\n".utf8))
        #expect(endures(client) { _ in Array("a: b\r\n".utf8) } != nil)
        #expect(worker.counters.http.connectionsTimedOut == 1)
    }

    /// Sends a piece after the other until the connection ends: how many; nil when it outlasts the test.
    ///
    /// The pieces take turns with the worker, so that none of them comes late.
    private func endures(_ client: TestSocket, _ piece: (Int) -> [UInt8]) -> Int? {
        let deadline = ContinuousClock.now + .seconds(patience)
        var count = 0
        while ContinuousClock.now < deadline {
            client.send(piece(count))
            count += 1
            if client.isClosed(within: 0.002) { return count }
        }
        return nil
    }

    //--- HTTP/2 ---

    private func open(
        _ worker: TestWorker, settings: [Frame] = [.noSettings], receiveBuffer: Int? = nil
    ) throws -> TestSocket {
        let client = try TestSocket(.http, to: worker.address, receiveBuffer: receiveBuffer)
        client.send(Frame.preface + settings.flatMap(\.octets))
        return client
    }

    @Test("frames that are no request do not keep a connection", arguments: [false, true])
    func pings(areSettings: Bool) throws {
        var settings = DoHSettings()
        settings.limits.abuseAllowance = .max / 2
        let worker = try worker(settings) { $0.idleTimeout = 50_000_000 }
        let client = try open(worker)
        let frame =
            areSettings ? Frame.noSettings : Frame(type: Frame.ping, payload: [0, 0, 0, 0, 0, 0, 0, 1])
        #expect(endures(client) { _ in frame.octets } != nil)
        #expect(worker.counters.http.connectionsTimedOut == 1)
    }

    @Test(
        "a request that does not end, or a response that is not taken, ends the connection",
        arguments: [false, true])
    func unfinished(isResponse: Bool) throws {
        var settings = DoHSettings()
        settings.limits.abuseAllowance = .max / 2
        let worker = try worker(settings) { $0.writeTimeout = 50_000_000 }
        let client = try open(worker, settings: [.setting(4, isResponse ? 0 : 65_535)])
        let first =
            isResponse
            ? Frame.get(1, Self.path(9)) : Frame.request(1, Frame.postFields(), endsStream: false)
        client.send(first.octets)
        // Others are asked and answered all the while.
        let end = endures(client) { count in
            let stream = UInt32(3 + 2 * count)
            return Frame.get(stream, Self.path(9)).octets
                + (isResponse ? Frame.windowUpdate(stream, 60_000).octets : [])
        }
        #expect(end != nil)
        #expect(worker.counters.http.connectionsTimedOut == 1)
    }

    @Test("responses that are held back count among what waits, and who has the most goes first")
    func heldResponses() throws {
        let worker = try worker { $0.outputTotal = 310_000 }
        let window = Frame.setting(4, 0)
        let greedy = try open(worker, settings: [window])
        greedy.send((0..<4).flatMap { Frame.get(UInt32(1 + 2 * $0), Self.path(4)).octets })
        #expect(worker.log.wait(for: 4).count == 4)
        let modest = try open(worker, settings: [window])
        modest.send(Frame.get(1, Self.path(4)).octets)
        #expect(worker.log.wait(for: 5).count == 5)
        // Both keep 300,000 octets, the greedy one 240,000 of them: there is no room for this one.
        let other = try open(worker)
        other.send(Frame.get(1, Self.path(4)).octets)
        #expect(worker.wait { $0.http.connectionsEvicted == 1 })
        #expect(drained(greedy))
        modest.send(Frame.windowUpdate(1, 60_000).octets)
        #expect(body(of: 1, from: modest) == 60_000)
        #expect(body(of: 1, from: other) == 60_000)
    }

    /// Whether the stream ends before anything large came.
    private func drained(_ client: TestSocket) -> Bool {
        var count = 0
        while let more = client.receive() {
            if more.isEmpty { return count < 1_000 }
            count += more.count
        }
        return false
    }

    /// Octets of DATA on a stream, up to its end.
    private func body(of stream: UInt32, from client: TestSocket) -> Int {
        var octets: [UInt8] = []
        var count = 0
        while true {
            while octets.count >= 9 {
                let length = Int(octets[0]) << 16 | Int(octets[1]) << 8 | Int(octets[2])
                guard octets.count >= 9 + length else { break }
                guard let frame = Frame.read(Array(octets.prefix(9 + length)))?.first else { return -1 }
                octets.removeFirst(9 + length)
                guard frame.type == Frame.data, frame.stream == stream else { continue }
                count += length
                if frame.flags & Frame.endStream != 0 { return count }
            }
            guard let more = client.receive(), !more.isEmpty else { return count }
            octets += more
        }
    }
}

extension TestSocket {
    /// Whether the stream ends within so many seconds; what came is thrown away.
    fileprivate func isClosed(within seconds: Double) -> Bool {
        while let octets = receive(seconds: seconds) {
            if octets.isEmpty { return true }
        }
        return false
    }
}
