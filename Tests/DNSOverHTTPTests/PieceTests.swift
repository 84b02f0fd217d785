import DNSOverHTTP
import TestPeers
import Testing

/// What goes into a TLS record: a response, and not two.
@Suite struct PieceTests {
    private func pieces(_ connection: DoHConnection) -> [[UInt8]] {
        var pieces: [[UInt8]] = []
        unsafe connection.forEachUnsentPiece { piece in
            pieces.append(unsafe Array(piece))
            return true
        }
        return pieces
    }

    @Test func eachResponseIsOne() {
        let service = Service(.http2)
        service.exchange(Frame.preface + Frame.noSettings.octets)
        service.receive((1...5).flatMap { Frame.get(UInt32($0 * 2 - 1)).octets })
        service.fetch()
        let pieces = pieces(service.connection)
        #expect(pieces.count == 5)
        for piece in pieces {
            #expect(Frame.read(piece)?.map(\.type) == [Frame.headers, Frame.data])
        }
        #expect(pieces.flatMap { $0 } == service.take())
        #expect(self.pieces(service.connection).isEmpty)
    }

    @Test func whatIsLeftOfAResponseIsOne() throws {
        let service = Service(.http2)
        service.exchange(Frame.preface + Frame.noSettings.octets)
        service.receive((1...3).flatMap { Frame.get(UInt32($0 * 2 - 1)).octets })
        service.fetch()
        let whole = pieces(service.connection)
        let first = try #require(whole.first)
        service.connection.sent(first.count + 3)
        #expect(pieces(service.connection) == [Array(whole[1][3...]), whole[2]])
    }

    @Test func noMoreThanIsAskedFor() {
        let service = Service(.http2)
        service.exchange(Frame.preface + Frame.noSettings.octets)
        service.receive((1...3).flatMap { Frame.get(UInt32($0 * 2 - 1)).octets })
        service.fetch()
        var count = 0
        unsafe service.connection.forEachUnsentPiece { _ in
            count += 1
            return count < 2
        }
        #expect(count == 2)
    }

    /// The last is no whole response.
    @Test func settingsAreOne() {
        let service = Service(.http2)
        service.receive(Frame.preface)
        #expect(pieces(service.connection).count == 1)
    }

    /// A peer that always leaves something unread gets the right octets all the same.
    @Test func aLongBacklogIsWhole() {
        let service = Service(.http2)
        var written = service.exchange(Frame.preface + Frame.noSettings.octets)
        let reference = Service(.http2)
        var expected = reference.exchange(Frame.preface + Frame.noSettings.octets)
        for index in 0..<2_000 {
            let request = Frame.get(UInt32(index * 2 + 1)).octets
            expected += reference.exchange(request)
            service.receive(request)
            service.fetch()
            let waiting = unsafe service.connection.withUnsent { unsafe Array($0) }
            written += waiting.dropLast(10)
            service.connection.sent(waiting.count - 10)
        }
        written += service.take()
        #expect(written == expected)
    }
}
