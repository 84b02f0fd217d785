import DNSOverHTTP
import DNSWire
import TestPeers
import Testing

@Suite struct HTTP2RequestTests {
    @Test func getIsAnswered() {
        let client = RawClient()
        client.send(.get(1))
        #expect(client.service.queries.map(\.message) == [Sample.message])
        #expect(
            client.responses[1] == [
                ":status": "200", "content-type": "application/dns-message", "content-length": "33",
                "cache-control": "max-age=300",
            ])
        #expect(client.bodies[1] == Service.response(to: Sample.message))
        #expect(client.ended == [1])
        #expect(client.service.connection.pendingCount == 0)
        #expect(client.service.connection.wantsInput)
        #expect(client.service.count(.requestsGET) == 1)
        #expect(client.service.count(.status200) == 1)
    }

    @Test func settingsAreOffered() throws {
        let client = RawClient()
        let first = try #require(client.frames.first)
        #expect(first.type == Frame.settings && first.flags == 0 && first.stream == 0)
        let entries = stride(from: 0, to: first.payload.count, by: 6).map {
            Array(first.payload[$0..<$0 + 6])
        }
        #expect(entries.contains([0, 3, 0, 0, 0, 100]))
        #expect(entries.contains([0, 4, 0, 1, 0, 0]))
        #expect(entries.contains([0, 6, 0, 0, 0x40, 0]))
        #expect(client.frames.contains(Frame(type: Frame.settings, flags: Frame.acknowledges)))
    }

    @Test func postIsAnswered() {
        let client = RawClient()
        client.send(.request(1, Frame.postFields(), endsStream: false))
        client.send(.body(1, Array(Sample.message[..<10]), endsStream: false))
        client.send(.body(1, Array(Sample.message[10...])))
        #expect(client.service.queries.map(\.message) == [Sample.message])
        #expect(client.status(1) == "200")
        #expect(client.bodies[1] == Service.response(to: Sample.message))
        #expect(client.service.count(.requestsPOST) == 1)
    }

    @Test func postMayEndWithTrailers() {
        let client = RawClient()
        client.send(.request(1, Frame.postFields(), endsStream: false))
        client.send(.body(1, Sample.message, endsStream: false), .request(1, [("x-checksum", "1")]))
        #expect(client.status(1) == "200")
    }

    @Test func longestMessagesPass() {
        let client = RawClient()
        let message = Sample.message(of: 65_535)
        client.send(.windowUpdate(0, 1 << 20), .setting(4, 1 << 20))
        client.send(.request(1, Frame.postFields(), endsStream: false))
        for start in stride(from: 0, to: message.count, by: 16_384) {
            let end = min(message.count, start + 16_384)
            client.send(.body(1, Array(message[start..<end]), endsStream: end == message.count))
        }
        #expect(client.service.queries.map(\.message) == [message])
        #expect(client.bodies[1] == Service.response(to: message))
        #expect(client.responses[1]?["content-length"] == "65535")
    }

    @Test func headIsAsGetWithoutBody() {
        let client = RawClient()
        client.send(.request(1, [(":method", "HEAD")] + Frame.getFields().dropFirst()))
        #expect(client.responses[1]?["content-length"] == "33")
        #expect(client.bodies[1] == nil && client.ended == [1])
        client.send(.request(3, [(":method", "HEAD")] + Frame.getFields("/other").dropFirst()))
        #expect(client.status(3) == "404" && client.bodies[3] == nil && client.ended.contains(3))
    }

    @Test(arguments: ["/dns-query", "*"])
    func optionsListsMethods(path: String) {
        let client = RawClient()
        client.send(.request(1, [(":method", "OPTIONS")] + Frame.getFields(path).dropFirst()))
        #expect(client.status(1) == "204")
        #expect(client.responses[1]?["allow"] == "GET, HEAD, POST, OPTIONS")
        #expect(client.responses[1]?["content-length"] == nil && client.ended == [1])
    }

    /// RFC 9110 §10.1.1.
    @Test func bodyIsInvited() {
        let client = RawClient()
        client.send(.request(1, Frame.postFields() + [("expect", "100-continue")], endsStream: false))
        #expect(client.status(1) == "100" && client.ended.isEmpty)
        client.send(.body(1, Sample.message))
        #expect(client.status(1) == "200")
        client.send(.request(3, Frame.postFields() + [("expect", "something")], endsStream: false))
        #expect(client.status(3) == "417")
    }

    /// Behaviour rows 66 to 68.
    @Test(arguments: RequestCase.all)
    func refusals(request: RequestCase) {
        let client = RawClient()
        let fields = [
            (":method", request.method), (":scheme", "https"), (":authority", "dns.example"),
            (":path", request.target),
        ]
        client.send(Frame.request(1, fields + request.fields, endsStream: request.body == nil).split)
        if let body = request.body, client.status(1) == nil { client.send(.body(1, body)) }
        #expect(client.status(1) == String(request.status))
        #expect(client.service.queries.count == (request.status == 200 ? 1 : 0))
        if request.status == 405 { #expect(client.responses[1]?["allow"] == "GET, HEAD, POST, OPTIONS") }
        if request.status >= 400 {
            #expect(client.bodies[1].map { String($0.count) } == client.responses[1]?["content-length"])
            #expect(client.bodies[1]?.isEmpty == false)
        }
        client.send(.get(3))
        #expect(client.status(3) == "200")
    }

    @Test func bodyThatGoesOnIs413() {
        let client = RawClient()
        // The window for such a body opens with the acknowledgement of the settings.
        client.send(Frame(type: Frame.settings, flags: Frame.acknowledges))
        client.send(.request(1, Frame.postFields(), endsStream: false))
        for _ in 0..<4 { client.send(.body(1, Sample.message(of: 16_384), endsStream: false)) }
        #expect(client.status(1) == "413")
        // Answered before its end: the client may stop (RFC 9113 §8.1).
        #expect(client.resets[1] == ErrorCode.none)
        client.send(.get(3))
        #expect(client.status(3) == "200" && client.goAway == nil)
    }

    @Test func answersComeAsTheyAreReady() {
        let client = RawClient()
        client.service.answer = { _ in nil }
        client.send(.get(1), .get(3), .get(5))
        let connection = client.service.connection
        #expect(connection.pendingCount == 3)
        for stream: UInt32 in [5, 1, 3] {
            client.service.respond(Sample.message, to: stream)
            client.take(client.service.take())
            #expect(client.status(stream) == "200")
        }
        #expect(connection.pendingCount == 0)
        client.service.respond(Sample.message, to: 3)
        #expect(client.service.take().isEmpty)
    }

    @Test func refusedQueriesHaveAStatus() {
        let client = RawClient()
        client.service.answer = { _ in nil }
        client.send(.get(1), .get(3), .get(5), .get(7), .get(9))
        let connection = client.service.connection
        connection.refuse(1, .unavailable)
        connection.refuse(3, .malformed)
        connection.refuse(5, .forbidden)
        connection.refuse(7, .tooMany)
        // No DNS message.
        client.service.respond([1, 2, 3], to: 9)
        client.take(client.service.take())
        #expect([1, 3, 5, 7, 9].map(client.status) == ["503", "400", "403", "429", "503"])
        #expect(connection.pendingCount == 0)
    }

    //--- Flow control ---

    @Test func windowOfAStreamIsHonoured() {
        let client = RawClient()
        client.send(.setting(4, 10))
        client.send(.get(1), .get(3))
        #expect(client.bodies[1]?.count == 10 && client.bodies[3]?.count == 10)
        #expect(client.ended.isEmpty)
        client.send(.windowUpdate(3, 100))
        #expect(client.bodies[3] == Service.response(to: Sample.message) && client.ended == [3])
        client.send(.windowUpdate(1, 5))
        #expect(client.bodies[1]?.count == 15)
        client.send(.windowUpdate(1, 18))
        #expect(client.ended == [1, 3])
    }

    @Test func windowOfTheConnectionIsHonoured() {
        let client = RawClient()
        client.service.answer = { _ in Sample.message(of: 40_000) }
        client.send(.get(1), .get(3))
        let count = { client.bodies.values.reduce(0) { $0 + $1.count } }
        #expect(count() == 65_535)
        client.send(.windowUpdate(0, 100_000))
        #expect(count() == 80_000 && client.ended == [1, 3])
    }

    @Test func bodiesGiveTheWindowBack() {
        let client = RawClient()
        client.service.answer = { _ in Sample.message }
        let body = Sample.message(of: 16_384)
        for index in 0..<40 {
            let stream = UInt32(index * 2 + 1)
            client.send(.request(stream, Frame.postFields(), endsStream: false), .body(stream, body))
            #expect(client.status(stream) == "200")
        }
        let granted = client.frames.filter { $0.type == Frame.windowUpdate && $0.stream == 0 }
            .reduce(0) { $0 + $1.number }
        // 65,535 to begin with (RFC 9113 §6.9.2).
        #expect(65_535 + Int(granted) >= 40 * 16_384)
        #expect(client.goAway == nil)
    }

    @Test func unfetchedBodiesKeepTheWindowClosed() {
        let service = Service(.http2)
        let client = RawClient()
        service.exchange(Frame.preface + Frame.noSettings.octets)
        let body = Sample.message(of: 16_384)
        for index in 0..<40 {
            let stream = UInt32(index * 2 + 1)
            service.receive(
                Frame.request(stream, Frame.postFields(), endsStream: false).octets
                    + Frame.body(stream, body).octets)
        }
        client.take(service.take())
        #expect(client.goAway == ErrorCode.flowControl)
    }

    @Test func outputIsBounded() {
        var settings = DoHSettings()
        settings.limits.outputHighWater = 1_000
        let client = RawClient(settings)
        let connection = client.service.connection
        client.service.receive((1...50).flatMap { Frame.get(UInt32($0 * 2 - 1)).octets })
        client.service.fetch()
        #expect(connection.unsentCount >= 1_000 && connection.unsentCount < 2_000)
        #expect(!connection.wantsInput)
        client.take(client.service.serve())
        #expect(client.ended.count == 50 && connection.wantsInput)
        #expect(client.bodies.values.allSatisfy { $0 == Service.response(to: Sample.message) })
    }

    //--- Endings ---

    @Test func shutDownAnswersWhatWasAsked() {
        let client = RawClient()
        client.service.answer = { _ in nil }
        client.send(.get(1))
        let connection = client.service.connection
        connection.shutDown()
        client.take(client.service.take())
        #expect(client.goAway == ErrorCode.none && !connection.isFinished)
        client.send(.get(3))
        #expect(connection.pendingCount == 1)
        client.service.respond(Sample.message, to: 1)
        #expect(!connection.isFinished)
        client.take(client.service.take())
        #expect(client.status(1) == "200" && client.status(3) == nil && connection.isFinished)
    }

    @Test func clientsGoodbye() {
        let client = RawClient()
        client.send(Frame(type: Frame.goAway, payload: [UInt8](repeating: 0, count: 8)))
        #expect(client.service.connection.isFinished)
    }

    @Test func cleartextPrefaceIsDetected() {
        let service = Service(.detected)
        for octet in Frame.preface + Frame.noSettings.octets + Frame.get(1).octets {
            service.exchange([octet])
        }
        #expect(service.queries.map(\.message) == [Sample.message])
        #expect(service.count(.connectionsHTTP2) == 1)
    }
}
