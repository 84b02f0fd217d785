import DNSCache
import DNSTransport
import DNSWire
import Testing

@testable import DNSServer

@Suite("Padding (RFC 7830, RFC 8467) and keepalive (RFC 7828)")
struct PaddingTests {
    private static let padding: [UInt8] = [0, 12, 0, 3, 0, 0, 0]
    private static let keepalive: [UInt8] = [0, 11, 0, 0]

    /// A query for example. with an OPT record, or without one.
    private func query(options: [UInt8]?, payloadSize: UInt16 = 4_096) -> [UInt8] {
        let question: [UInt8] = [7] + Array("example".utf8) + [0, 0, 1, 0, 1]
        var query: [UInt8] = [0, 1, 1, 0, 0, 1, 0, 0, 0, 0, 0, options == nil ? 0 : 1] + question
        if let options {
            query += [0, 0, 41, UInt8(payloadSize >> 8), UInt8(payloadSize & 0xff), 0, 0, 0, 0]
            query += [UInt8(options.count >> 8), UInt8(options.count & 0xff)] + options
        }
        return query
    }

    /// A response with so many octets of sections, in a buffer that was used before.
    private func response(
        to query: [UInt8], over transport: Client.Transport, sections: Int = 0, error: ExtendedError? = nil
    ) throws -> [UInt8] {
        let settings = ServerSettings()
        let composer = ResponseComposer(
            settings: settings, cookies: ServerCookies(key: SipHash.Key(low: 1, high: 2)))
        let view = QueryView(query.span)
        try #require(view.fault == nil)
        let peer = SocketAddress(IPAddress(192, 0, 2, 1), port: 5)
        let client = Client(transport: transport, peer: peer, local: peer, route: 0)
        var buffer = [UInt8](repeating: 0xaa, count: transport.isStream ? 65_535 : 1_232)
        // Root, type NULL: octets that a parser passes over.
        var body: [UInt8] = []
        if sections > 0 {
            let length = sections - 11
            body = [0, 0, 10, 0, 1, 0, 0, 0, 9, UInt8(length >> 8), UInt8(length & 0xff)]
            body += [UInt8](repeating: 0, count: length)
        }
        for (index, octet) in body.enumerated() { buffer[view.questionEnd + index] = octet }
        var parts = ResponseComposer.Sections()
        parts.answerCount = sections > 0 ? 1 : 0
        parts.length = sections
        var span = buffer.mutableSpan
        let length = composer.finish(parts, query.span, view, client, wall: 0, error, into: &span)
        return Array(buffer[..<length])
    }

    private func parsed(_ octets: [UInt8]) throws -> Message { try Message(parsing: octets.span) }

    @Test(
        "padded queries over TLS get responses of few sizes", arguments: [0, 11, 400, 420, 440, 900, 4_000])
    func sizes(sections: Int) throws {
        let response = try response(to: query(options: Self.padding), over: .tls, sections: sections)
        #expect(response.count % 468 == 0 || response.count == 4_096)
        let plain = try self.response(to: query(options: []), over: .tls, sections: sections)
        #expect(response.count - plain.count < 468 + 4)
        let message = try parsed(response)
        #expect(message.edns?.options == [.padding(response.count - plain.count - 4)])
        #expect(response[plain.count...].dropFirst(4).allSatisfy { $0 == 0 })
    }

    @Test("the option ends a block exactly where it fits without an octet more")
    func exact() throws {
        let plain = try response(to: query(options: []), over: .tls).count
        for (sections, count) in [(464 - plain, 468), (465 - plain, 936)] {
            let response = try response(to: query(options: Self.padding), over: .tls, sections: sections)
            #expect(response.count == count)
        }
    }

    @Test("who did not pad, and who is heard in the clear, is not padded for")
    func notPadded() throws {
        let plain = try response(to: query(options: []), over: .tls)
        for transport in [Client.Transport.udp, .tcp] {
            #expect(try response(to: query(options: Self.padding), over: transport) == plain)
        }
        #expect(try parsed(plain).edns?.options == [])
        #expect(try parsed(response(to: query(options: nil), over: .tls)).edns == nil)
    }

    @Test("no padding beyond what the client takes")
    func payloadSize() throws {
        func count(_ sections: Int, _ options: [UInt8]) throws -> Int {
            let query = query(options: options, payloadSize: 600)
            return try response(to: query, over: .tls, sections: sections).count
        }
        #expect(try count(100, Self.padding) == 468)
        #expect(try count(480, Self.padding) == 600)
        #expect(try count(1_000, Self.padding) == count(1_000, []))
        // Under 512 counts as 512 (RFC 6891 §6.2.3).
        #expect(
            try response(
                to: query(options: Self.padding, payloadSize: 0), over: .tls, sections: 450
            ).count == 512)
    }

    @Test("padding is behind all other options")
    func last() throws {
        let error = ExtendedError(.prohibited, "no")
        let response = try response(
            to: query(options: Self.padding + Self.keepalive), over: .tls, error: error)
        let options = try #require(try parsed(response).edns?.options)
        #expect(options.prefix(2) == [.tcpKeepalive(100), .extendedError(error)])
        #expect(options.map(\.code).last == EDNSOption.Code.padding && response.count == 468)
    }

    @Test("streams are told how long they may idle, datagrams are not")
    func keepalive() throws {
        for transport in [Client.Transport.tcp, .tls] {
            let response = try response(to: query(options: Self.keepalive), over: transport)
            #expect(try parsed(response).edns?.options == [.tcpKeepalive(100)])
        }
        let response = try response(to: query(options: Self.keepalive), over: .udp)
        #expect(try parsed(response).edns?.options == [])
    }
}
