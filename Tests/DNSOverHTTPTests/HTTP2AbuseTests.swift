import DNSOverHTTP
import TestPeers
import Testing

/// What a peer may do that is no query is bounded (the HTTP/2 attacks since CVE-2019-9511).
@Suite struct HTTP2AbuseTests {
    /// Repeats frames for as long as the connection lasts; how often. They are sent a hundred at a time.
    private func endurance(
        _ client: RawClient, limit: Int = 20_000, _ frames: (Int) -> [Frame]
    ) -> Int {
        var count = 0
        while count < limit, !client.service.connection.isFinished {
            client.send((count..<count + 100).flatMap { frames($0).flatMap(\.octets) })
            count += 100
        }
        return count
    }

    private func expectCalm(
        _ client: RawClient, within limit: Int = 1_200, sourceLocation: SourceLocation = #_sourceLocation,
        _ frames: (Int) -> [Frame]
    ) {
        let count = endurance(client, frames)
        #expect(count <= limit, sourceLocation: sourceLocation)
        #expect(client.goAway == ErrorCode.calm, sourceLocation: sourceLocation)
        #expect(client.service.count(.goAwayEnhanceYourCalm) == 1, sourceLocation: sourceLocation)
        #expect(client.frames.last?.type == Frame.goAway, sourceLocation: sourceLocation)
        #expect(client.service.connection.isFinished, sourceLocation: sourceLocation)
    }

    private func stream(_ index: Int) -> UInt32 { UInt32(index * 2 + 1) }

    /// CVE-2023-44487: resets that come with the request cost no query.
    @Test func rapidReset() {
        let client = RawClient()
        expectCalm(client, within: 200) { [.get(stream($0)), .reset(stream($0))] }
        #expect(client.service.queries.isEmpty)
    }

    /// Work goes on when its stream is reset; it stays counted until it is done.
    @Test func resetsDoNotMultiplyWork() {
        let client = RawClient()
        client.service.answer = { _ in nil }
        let connection = client.service.connection
        for index in 0..<90 {
            client.send(.get(stream(index)))
            client.send(.reset(stream(index)))
        }
        #expect(connection.pendingCount == 90)
        for index in 90..<105 { client.send(.get(stream(index))) }
        #expect(connection.pendingCount == 100)
        #expect(client.resets[stream(104)] == ErrorCode.refused)
        #expect(client.service.count(.streamsRefused) == 5)
        for index in 0..<90 { client.service.respond(Sample.message, to: stream(index)) }
        #expect(connection.pendingCount == 10 && client.service.take().isEmpty)
        client.send(.get(stream(105)))
        #expect(connection.pendingCount == 11)
    }

    /// CVE-2025-8671: frames that make us reset streams, on each of which a query was asked.
    @Test func madeYouReset() {
        for wrong in [
            { Frame.windowUpdate($0, 0) }, { Frame.windowUpdate($0, 0x7fff_ffff) },
            { Frame(type: Frame.priority, stream: $0, payload: [0]) },
        ] as [(UInt32) -> Frame] {
            let client = RawClient()
            client.service.answer = { _ in nil }
            let count = endurance(client) { [.get(stream($0)), wrong(stream($0))] }
            #expect(count <= 200)
            #expect(client.goAway != nil && client.service.connection.isFinished)
        }
    }

    @Test func invalidFields() {
        let client = RawClient()
        expectCalm(client, within: 200) { [.request(stream($0), Frame.getFields() + [("A", "b")])] }
    }

    @Test func pings() {
        expectCalm(RawClient()) { _ in [Frame(type: Frame.ping, payload: [0, 0, 0, 0, 0, 0, 0, 0])] }
    }

    @Test func settings() { expectCalm(RawClient()) { _ in [.noSettings] } }

    @Test func priorities() {
        expectCalm(RawClient()) {
            [Frame(type: Frame.priority, stream: stream($0), payload: [0, 0, 0, 0, 1])]
        }
    }

    @Test func unknownFrames() { expectCalm(RawClient()) { _ in [Frame(type: 0x99)] } }

    @Test func windowUpdates() { expectCalm(RawClient()) { _ in [.windowUpdate(0, 1)] } }

    /// A body in pieces that are empty or nearly.
    @Test(arguments: [0, 1])
    func smallData(count: Int) {
        let client = RawClient()
        client.send(.request(1, Frame.postFields(), endsStream: false))
        expectCalm(client) { _ in [.body(1, [UInt8](repeating: 0, count: count), endsStream: false)] }
    }

    /// CVE-2024-28182: a header block without end.
    @Test func continuations() {
        let client = RawClient()
        client.send(Frame(type: Frame.headers, stream: 1, payload: Frame.block(Frame.getFields())))
        let field = Frame.block([("a", String(repeating: "b", count: 1_000))])
        let count = endurance(client) { _ in [Frame(type: Frame.continuation, stream: 1, payload: field)] }
        #expect(count == 100 && client.goAway == ErrorCode.calm)
    }

    /// Few octets that decompress to many: 4,000 octets in the table, named again and again.
    @Test func decompression() {
        let client = RawClient()
        let name = Frame.block([("a", String(repeating: "b", count: 4_000))])
        let block =
            Frame.block(Frame.getFields()) + [0x40] + name.dropFirst()
            + [UInt8](repeating: 0xbe, count: 10_000)
        client.send(Frame(type: Frame.headers, flags: 5, stream: 1, payload: block))
        #expect(client.goAway == ErrorCode.calm)
    }

    /// A client that asks and opens no window for the answers.
    @Test func closedWindow() {
        let client = RawClient()
        client.service.answer = { _ in Sample.message(of: 4_000) }
        client.send(.setting(4, 0))
        let count = endurance(client) { [.get(stream($0))] }
        #expect(count == 100 && client.goAway == ErrorCode.calm)
    }

    /// A client that does not read: octets do not pile up beyond the mark, and what libnghttp2 keeps is
    /// bounded.
    @Test func unreadOutput() {
        let service = Service(.http2)
        service.receive(Frame.preface + Frame.noSettings.octets)
        for index in 0..<2_000 {
            service.receive(
                Frame(type: Frame.ping, payload: [0, 0, 0, 0, 0, 0, 0, 0]).octets
                    + Frame.get(stream(index)).octets)
            service.fetch()
        }
        #expect(service.connection.unsentCount < 100_000)
    }

    @Test func streamsAreBounded() {
        let client = RawClient()
        client.send(Frame(type: Frame.settings, flags: Frame.acknowledges))
        for index in 0..<150 {
            client.send(.request(stream(index), Frame.postFields(), endsStream: false))
        }
        #expect(client.service.connection.isFinished)
        #expect(client.status(1) == nil)
    }

    /// Queries earn what honest clients do beside them.
    @Test func busyClientsStay() {
        let client = RawClient()
        for index in 0..<3_000 {
            client.send(
                .get(stream(index)), .windowUpdate(0, 33),
                Frame(type: Frame.ping, payload: [0, 0, 0, 0, 0, 0, 0, 0]), .windowUpdate(0, 1))
            #expect(client.status(stream(index)) == "200")
        }
        #expect(client.goAway == nil)
    }

    @Test func otherLimitsCanBeSet() {
        var settings = DoHSettings()
        settings.limits.abuseAllowance = 10
        let client = RawClient(settings)
        for _ in 0..<10 { client.send(.windowUpdate(0, 1)) }
        #expect(client.goAway == ErrorCode.calm)
    }

    @Test func memoryIsBounded() {
        var settings = DoHSettings()
        settings.limits.sessionMemory = 60_000
        settings.limits.heldResponseOctets = 1 << 20
        let client = RawClient(settings)
        client.send(.setting(4, 0))
        let count = endurance(client) { [.get(stream($0))] }
        #expect(count == 100 && client.goAway == ErrorCode.calm)
    }
}

/// What a connection keeps for its peer is known.
@Suite struct KeptOctetsTests {
    @Test func requestsAndHeldResponsesCount() {
        let client = RawClient(opens: false)
        client.send(Frame.preface + Frame.setting(4, 0).octets)
        let connection = client.service.connection
        #expect(connection.keptCount == 0 && connection.oldestUnfinished == nil)
        // A body that has begun.
        client.send(.request(1, Frame.postFields(), endsStream: false))
        client.send(.body(1, Sample.message(of: 100), endsStream: false))
        #expect(connection.keptCount == 100 && connection.oldestUnfinished == 1)
        // A GET that has not ended has its message already.
        client.send(.request(3, Frame.getFields(), endsStream: false))
        #expect(connection.keptCount == 100 + Sample.message.count)
        // A response without room.
        client.send(.get(5))
        #expect(connection.keptCount == 100 + 2 * Sample.message.count && connection.unsentCount == 0)
        client.send(.reset(1))
        #expect(connection.keptCount == 2 * Sample.message.count && connection.oldestUnfinished == 3)
        client.send(.reset(3))
        #expect(connection.oldestUnfinished == 5)
        let made = connection.responsesMade
        client.send(.windowUpdate(5, 10))
        #expect(connection.keptCount == Sample.message.count - 10 && connection.responsesMade == made)
        client.send(.windowUpdate(5, 1_000))
        #expect(connection.keptCount == 0 && connection.oldestUnfinished == nil)
        #expect(connection.responsesMade == made + 1)
    }

    @Test func aQueryThatWaitsCountsUntilItIsTaken() {
        let service = Service(.http2)
        service.receive(Frame.preface + Frame.noSettings.octets + Frame.get(1).octets)
        _ = service.take()
        #expect(service.connection.keptCount == Sample.message.count)
        #expect(service.connection.oldestUnfinished == nil)
        service.fetch()
        _ = service.take()
        #expect(service.connection.keptCount == 0)
    }

    @Test func linesCount() {
        let service = Service(.http1)
        service.receive(Array("GET / HTTP/1.1\r\nHost: dns".utf8))
        #expect(service.connection.keptCount == 9)
        let unfinished = service.connection.oldestUnfinished
        #expect(unfinished != nil)
        service.exchange(Array(".example\r\n\r\n".utf8))
        #expect(service.connection.keptCount == 0 && service.connection.responsesMade == 1)
        #expect(service.connection.oldestUnfinished == nil)
        service.receive(Array("G".utf8))
        #expect(service.connection.oldestUnfinished != nil)
        #expect(service.connection.oldestUnfinished != unfinished)
    }
}
