import DNSOverHTTP
import DNSWire
import SeededRandom
import TestPeers
import Testing

/// How the octets come does not matter, and no octets are a danger.
@Suite struct InputTests {
    /// Connections that do many things, one for each way to read them.
    static let conversations: [[UInt8]] = [
        Frame.preface + Frame.noSettings.octets + Frame.get(1).octets
            + Frame.request(3, Frame.postFields() + [("expect", "100-continue")], endsStream: false).octets
            + Frame(type: Frame.ping, payload: [1, 2, 3, 4, 5, 6, 7, 8]).octets
            + Frame.body(3, Array(Sample.message[..<9]), endsStream: false).octets + Frame.get(5, "/").octets
            + Frame(type: 0x77, payload: [1, 2, 3]).octets + Frame.body(3, Array(Sample.message[9...])).octets
            + Frame.request(7, Frame.getFields() + [("A", "b")]).octets + Frame.windowUpdate(0, 77).octets
            + Frame.get(9).octets + Frame(type: Frame.goAway, payload: [0, 0, 0, 0, 0, 0, 0, 0]).octets,
        Array(
            (HTTP1RequestTests.get + "GET / HTTP/1.1\r\nHost: a\r\n\r\n"
                + "POST /dns-query HTTP/1.1\r\nHost: a\r\nContent-Type: application/dns-message\r\n"
                + "Content-Length: 33\r\nExpect: 100-continue\r\n\r\n").utf8) + Sample.message
            + Array(
                ("POST /dns-query HTTP/1.1\r\nHost: a\r\nContent-Type: application/dns-message\r\n"
                    + "Transfer-Encoding: chunked\r\n\r\n10;a=b\r\n").utf8) + Sample.message[..<16]
            + Array("\r\n11\r\n".utf8) + Sample.message[16...]
            + Array("\r\n0\r\na: b\r\n\r\nHEAD * HTTP/1.1\r\nHost: a\r\n\r\nBAD\r\n".utf8),
    ]

    private struct Result: Equatable {
        var messages: [[UInt8]] = []
        var streams: [UInt32] = []
        var output: [UInt8] = []
        var isFinished = false
    }

    private func run(_ pieces: [ArraySlice<UInt8>], writing rate: Int = .max) -> Result {
        let service = Service(.detected)
        for piece in pieces { service.exchange(Array(piece)) }
        return Result(
            messages: service.queries.map(\.message), streams: service.queries.map(\.query.stream),
            output: service.written, isFinished: service.connection.isFinished)
    }

    private func pieces(_ octets: [UInt8], _ random: inout SeededGenerator) -> [ArraySlice<UInt8>] {
        var pieces: [ArraySlice<UInt8>] = []
        var start = 0
        let longest = Int.random(in: 1...200, using: &random)
        while start < octets.count {
            let end = min(octets.count, start + Int.random(in: 1...longest, using: &random))
            pieces.append(octets[start..<end])
            start = end
        }
        return pieces
    }

    /// The output as frames without those that tell how much was read, which depends on the pieces, and in an
    /// order that does not: responses are ordered within their streams only.
    private func essence(_ result: Result) -> [UInt32: [Frame]]? {
        Frame.read(result.output).map { frames in
            Dictionary(grouping: frames.filter { $0.type != Frame.goAway }, by: \.stream)
        }
    }

    @Test(arguments: [0, 1])
    func anySplitIsTheSame(conversation: Int) {
        let octets = Self.conversations[conversation]
        let whole = run([octets[...]])
        #expect(whole.messages == Array(repeating: Sample.message, count: 3))
        #expect(whole.isFinished)
        var random = SeededGenerator(seed: 1)
        let single = run(octets.indices.map { octets[$0...$0] })
        for split in [single] + (0..<300).map({ _ in run(pieces(octets, &random)) }) {
            #expect(split.messages == whole.messages && split.streams == whole.streams)
            #expect(split.isFinished)
            if conversation == 1 {
                #expect(split.output == whole.output)
            } else {
                // What is in a frame that was compressed depends on those before; so only their number counts.
                let (a, b) = (essence(split), essence(whole))
                #expect(a != nil && a?.mapValues(\.count) == b?.mapValues(\.count))
            }
        }
    }

    /// Output that is written an octet at a time is the same output.
    @Test func slowWriting() {
        let whole = run([Self.conversations[1][...]])
        let service = Service(.detected)
        service.receive(Self.conversations[1])
        var output: [UInt8] = []
        while true {
            service.fetch()
            guard let octet = unsafe service.connection.withUnsent({ unsafe $0.first }) else { break }
            output.append(octet)
            service.connection.sent(1)
        }
        #expect(output == whole.output)
    }

    @Test func randomOctetsAreHarmless() {
        var random = SeededGenerator(seed: 2)
        for round in 0..<2_000 {
            let octets = random.octets(Int.random(in: 1...300, using: &random))
            let prefix: [UInt8] =
                switch round % 4 {
                case 0: []
                case 1: Frame.preface
                case 2: Frame.preface + Frame.noSettings.octets
                default:
                    Array("POST /dns-query HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n".utf8)
                }
            _ = run(pieces(prefix + octets, &random))
            _ = ProxyHeader.read(octets.span)
            var forwarding = Forwarding()
            forwarding.readForwarded(octets.span, trusted: [])
            forwarding.readForwardedFor(octets.span, trusted: [])
        }
    }

    @Test(arguments: [0, 1])
    func mutatedConversationsAreHarmless(conversation: Int) {
        var random = SeededGenerator(seed: 3)
        for _ in 0..<3_000 {
            var octets = Self.conversations[conversation]
            for _ in 0..<Int.random(in: 1...8, using: &random) {
                let index = Int.random(in: 0..<octets.count, using: &random)
                switch random.next() % 4 {
                case 0: octets[index] = UInt8(truncatingIfNeeded: random.next())
                case 1: octets.remove(at: index)
                case 2: octets.insert(octets[Int.random(in: 0..<octets.count, using: &random)], at: index)
                default: octets[index] ^= 1 << UInt8(random.next() % 8)
                }
            }
            let result = run(pieces(octets, &random))
            // Only messages of some length come out, and never more than requests went in.
            #expect(result.messages.count <= 6 && result.messages.allSatisfy { $0.count >= 12 })
        }
    }
}
