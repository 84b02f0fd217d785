import DNSWire
import Dispatch
import Glibc
import Testing

@testable import homing

/// Rows of the behaviour table that take more than one packet, or a configuration of their own.
@Suite struct ServiceTests {
    //--- Row 25: who may ask ---

    @Test(arguments: [false, true])
    func strangersAreRefused(overStream isStream: Bool) throws {
        let house = try TestDaemon("access: {allow: 10.0.0.0/8}")
        let answer = try house.ask("www.example.", overStream: isStream)
        #expect(answer.responseCode == .refused)
        #expect(!answer.header.flags.contains(.ra))
        #expect(answer.answers.isEmpty)
        #expect(house.upstream.questions.isEmpty)
    }

    @Test func longestPrefixDecides() throws {
        let house = try TestDaemon("access: {allow: 127.0.0.1/32, drop: 127.0.0.0/8}")
        #expect(try house.ask("www.example.").answers.count == 1)
    }

    @Test func droppedClientsHearNothing() throws {
        let house = try TestDaemon("access: {allow: 10.0.0.0/8, drop: 127.0.0.1/32}")
        let socket = try house.socket(isStream: false)
        try socket.send(Packet.probe)
        try wait { house.figure("homing_queries_dropped_total") == 1 }
        #expect(throws: SystemFailure(code: ETIMEDOUT)) {
            try socket.receive(512, until: Deadline(seconds: 0))
        }
    }

    //--- Rows 40 and 41: cookies ---

    private func serverCookie(_ message: Message) throws -> [UInt8] {
        let cookie: [UInt8]? = message.edns?.first {
            if case .cookie(_, let server) = $0 { server } else { nil }
        }
        return try #require(cookie)
    }

    private func query(cookie: [UInt8]) -> [UInt8] {
        Packet.withOPT("www.example.", Packet.opt(Packet.option(10, cookie)))
    }

    private func exchange(_ query: [UInt8], _ house: TestDaemon, isStream: Bool = false) throws -> Message {
        let socket = try house.socket(isStream: isStream)
        try socket.send(isStream ? framed(query) : query)
        let octets = try isStream ? socket.receiveFramed() : socket.receive(65_535)
        return try Message(parsing: octets.span)
    }

    @Test func demandedCookies() throws {
        let house = try TestDaemon("answers: {cookies: required}")
        let client: [UInt8] = [1, 2, 3, 4, 5, 6, 7, 8]
        let first = try exchange(query(cookie: client), house)
        #expect(first.responseCode == .badCookie)
        #expect(first.answers.isEmpty)
        let server = try serverCookie(first)
        #expect(server.count == 16)

        let second = try exchange(query(cookie: client + server), house)
        #expect(second.responseCode == .noError)
        #expect(second.answers.count == 1)

        #expect(try exchange(query(cookie: client), house, isStream: true).answers.count == 1)
        // Without any cookie there is only the way to TCP.
        let none = try exchange(Packet.make(Packet.question("www.example.")), house)
        #expect(none.header.flags.contains(.tc) && none.answers.isEmpty)
    }

    @Test(arguments: [0, 4, 7, 8, 15])
    func changedCookiesAreInvalid(octet: Int) throws {
        let house = try TestDaemon("answers: {cookies: required}")
        let client: [UInt8] = [1, 2, 3, 4, 5, 6, 7, 8]
        var server = try serverCookie(exchange(query(cookie: client), house))
        server[octet] ^= 0x40
        #expect(try exchange(query(cookie: client + server), house).responseCode == .badCookie)
    }

    @Test func cookiesCanBeOff() throws {
        let house = try TestDaemon("answers: {cookies: off}")
        let answer = try exchange(query(cookie: [1, 2, 3, 4, 5, 6, 7, 8]), house)
        #expect(answer.edns?.options.isEmpty == true)
    }

    //--- Row 64: failures are remembered ---

    @Test func failureIsCached() throws {
        let house = try TestDaemon("cache: {size: 4MiB, failure-ttl: 5m}")
        #expect(try house.ask("fail.example.").responseCode == .serverFailure)
        house.upstream.hold("fail.example.")
        let again = try house.ask("fail.example.", overStream: true)
        #expect(again.responseCode == .serverFailure)
        #expect(again.extendedErrors == [.cachedError])
    }

    //--- Row 65: special names stay here ---

    @Test func specialNamesAreNeverSentOut() throws {
        let house = try TestDaemon()
        for name: DomainName in [
            "localhost.", "a.b.localhost.", "x.onion.", "a.invalid.", "b.test.", "home.arpa.",
            "nas.home.arpa.",
            "1.0.0.10.in-addr.arpa.", "1.1.168.192.in-addr.arpa.", "4.3.31.172.in-addr.arpa.",
        ] {
            for type in [RecordType.a, .aaaa, .ptr, .ns, .soa] { _ = try house.ask(name, type) }
        }
        #expect(house.upstream.questions.isEmpty)
    }

    @Test func specialNamesCanBeExcepted() throws {
        let house = try TestDaemon("special-names: {except: [test, 10.in-addr.arpa]}")
        _ = try house.ask("b.test.")
        _ = try house.ask("1.0.0.10.in-addr.arpa.", .ptr)
        _ = try house.ask("1.1.168.192.in-addr.arpa.", .ptr)
        #expect(Set(house.upstream.questions.map(\.qname)) == ["b.test.", "1.0.0.10.in-addr.arpa."])
    }

    //--- Row 73: streams ---

    private func query(_ name: DomainName, id: UInt16) -> [UInt8] {
        var message = Message(header: Header(id: id), questions: [Question(name, .a)])
        message.header.flags.insert(.rd)
        return framed(message.compose())
    }

    private func receiveID(_ socket: borrowing QuerySocket) throws -> UInt16 {
        let octets = try socket.receiveFramed()
        return try Header(parsing: octets.span).id
    }

    @Test func pipelinedQueriesAreAnsweredAsReady() throws {
        let house = try TestDaemon()
        house.upstream.hold("slow.example.")
        let socket = try house.socket(isStream: true)
        try socket.send(
            query("slow.example.", id: 1) + query("www.example.", id: 2) + query("localhost.", id: 3))
        #expect(house.upstream.waitForHeld())
        #expect(try Set([receiveID(socket), receiveID(socket)]) == [2, 3])
        house.upstream.release()
        #expect(try receiveID(socket) == 1)
    }

    @Test func halfClosedClientGetsEveryAnswer() throws {
        let house = try TestDaemon()
        house.upstream.hold("slow.example.")
        let socket = try house.socket(isStream: true)
        try socket.send(query("www.example.", id: 1) + query("slow.example.", id: 2))
        socket.closeSending()
        #expect(house.upstream.waitForHeld())
        house.upstream.release()
        #expect(try Set([receiveID(socket), receiveID(socket)]) == [1, 2])
        #expect(try socket.receive(1).isEmpty)
    }

    //--- The way to other servers ---

    @Test func truncatedUpstreamAnswerIsFetchedOverTCP() throws {
        let house = try TestDaemon()
        #expect(try house.ask("big.example.", .txt).answers.count == 20)
        #expect(try #require(house.figure("homing_upstream_exchanges_total{transport=\"tcp\"}")) > 0)
    }

    @Test func identicalQuestionsAreJoined() throws {
        let house = try TestDaemon("process: {workers: 1}")
        house.upstream.hold("slow.example.")
        let sockets = try house.socket(isStream: true)
        try sockets.send(query("slow.example.", id: 1) + query("slow.example.", id: 2))
        #expect(house.upstream.waitForHeld())
        try wait { house.figure("homing_queries_joined_total") == 1 }
        house.upstream.release()
        #expect(try Set([receiveID(sockets), receiveID(sockets)]) == [1, 2])
        #expect(house.figure("homing_resolutions_total") == 1)
    }

    @Test func privateAddressesOfPublicNamesAreRemoved() throws {
        let house = try TestDaemon()
        let answer = try house.ask("inside.example.")
        #expect(answer.answers.isEmpty)
        #expect(answer.extendedErrors == [.filtered])
    }

    @Test func namesMayBeAllowedPrivateAddresses() throws {
        let house = try TestDaemon("rebinding-protection: {allow: inside.example}")
        #expect(try house.ask("inside.example.").answers.count == 1)
    }

    @Test func chaosNames() throws {
        let house = try TestDaemon("answers: {id-server: box-1, version-bind: none of yours, nsid: box-1}")
        let answer = try house.ask("id.server.", .txt) { $0.question.qclass = .chaos }
        #expect(answer.answers.map { $0.rdata.text(for: .txt) } == ["\"box-1\""])
        #expect(answer.edns?.options.contains(.nsid(Array("box-1".utf8))) == true)
        let refused = try house.ask("hostname.test.", .txt) { $0.question.qclass = .chaos }
        #expect(refused.responseCode == .refused)
    }

    //--- The end ---

    @Test func stopAnswersWhatIsInFlight() throws {
        let house = try TestDaemon()
        house.upstream.hold("slow.example.")
        let datagrams = try house.socket(isStream: false)
        let stream = try house.socket(isStream: true)
        try datagrams.send(Packet.make(Packet.question("slow.example.")))
        #expect(house.upstream.waitForHeld())
        try stream.send(query("slow.example.", id: 7))
        let stopped = DispatchSemaphore(value: 0)
        try wait { house.figure("homing_queries_total{transport=\"tcp\"}") == 1 }
        let clean = ResultBox()
        // A queue of its own: those of the process may be full of other tests.
        DispatchQueue(label: "stop").async {
            clean.value = house.daemon.stop()
            stopped.signal()
        }
        // It no longer listens, and still answers.
        try wait { (try? house.socket(isStream: true)) == nil }
        house.upstream.release()
        #expect(try datagrams.receive(512).starts(with: Packet.word(Packet.id)))
        #expect(try receiveID(stream) == 7)
        #expect(stopped.wait(timeout: .now() + patience) == .success)
        #expect(clean.value == true)
    }

    @Test func figuresAreAPrometheusPage() throws {
        let house = try TestDaemon()
        _ = try house.ask("www.example.")
        _ = try house.ask("www.example.", overStream: true)
        let figures = house.daemon.figures()
        #expect(house.figure("homing_queries_total{transport=\"udp\"}") == 1)
        #expect(house.figure("homing_queries_total{transport=\"tcp\"}") == 1)
        #expect(house.figure("homing_cache_size_limit_bytes") == 4 << 20)
        #expect(Set(figures).count == figures.count)
        for line in figures {
            #expect(line.contains(/^homing_[a-z0-9_]+(\{[a-z]+="[^"]*"\})? [0-9.e+-]+$/), "\(line)")
        }
    }
}
