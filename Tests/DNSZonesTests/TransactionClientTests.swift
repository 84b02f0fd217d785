import DNSCrypto
import DNSWire
import Testing

@testable import DNSZones

/// What a client makes of responses (RFC 8945 §5.3.1 and §5.4).
@Suite struct TransactionClientTests {
    private let key = Vectors.key()
    private let wall = Vectors.wall
    private let content = TransactionClient.Verdict.signed(contentEnd: Vectors.response.count)

    /// Both sides after the request, by a key of the server's.
    private func transaction(
        by other: TransactionKey? = nil
    ) throws -> (client: TransactionClient, server: TransactionSession) {
        let key = other ?? key
        var client = TransactionClient(key)
        var request = Vectors.request
        #expect(client.sign(&request, wall: wall))
        return (client, try #require(judge(request, [key]).session))
    }

    private func response(_ server: inout TransactionSession, wall: Int64? = nil) -> [UInt8] {
        var response = Vectors.response
        #expect(server.sign(&response, wall: wall ?? self.wall))
        return response
    }

    @Test func `the first message must be signed`() throws {
        var (client, _) = try transaction()
        #expect(client.verify(Vectors.response) == .failed(.unsigned))
        #expect(!client.isComplete)
    }

    @Test func `up to 99 messages in between need not be`() throws {
        var (client, server) = try transaction()
        #expect(client.verify(response(&server)) == content)
        for _ in 0..<99 { #expect(client.verify(Vectors.response) == .pending) }
        #expect(!client.isComplete)
        var hundredth = client
        #expect(hundredth.verify(Vectors.response) == .failed(.unsigned))
    }

    @Test func `the last must be`() throws {
        var (client, server) = try transaction()
        #expect(client.verify(response(&server)) == content)
        #expect(client.isComplete)
        #expect(client.verify(Vectors.response) == .pending)
        #expect(!client.isComplete)
        // A signature that does not cover the unsigned message proves that it was slipped in.
        #expect(client.verify(response(&server)) == .failed(.badSignature))
    }

    @Test func `another key or algorithm`() throws {
        var (client, _) = try transaction()
        for other in [
            TransactionKey("other.", .hmacSHA256, secret: key.secret),
            TransactionKey(key.name, .hmacSHA512, secret: key.secret),
        ] {
            var (_, server) = try transaction(by: other)
            #expect(client.verify(response(&server)) == .failed(.otherKey))
        }
    }

    @Test func `the response to another request`() throws {
        var (client, _) = try transaction()
        var other = TransactionClient(key)
        var request = Vectors.query
        #expect(other.sign(&request, wall: wall))
        var server = try #require(judge(request, [key]).session)
        #expect(client.verify(response(&server)) == .failed(.badSignature))
    }

    @Test func `a response of another time`() throws {
        for (offset, isTimely) in [(Int64(-301), false), (-300, true), (300, true), (301, false)] {
            var (client, server) = try transaction()
            // The server's clock does not go back before the request's time.
            let response = response(&server, wall: wall)
            let verdict = client.verify(response, wall: wall + offset)
            #expect(verdict == (isTimely ? content : .failed(.badTime(wall))))
        }
    }

    @Test func `time that goes back in a stream`() throws {
        var (client, server) = try transaction()
        #expect(client.verify(response(&server, wall: wall + 10)) == content)
        // Ours never does that, so it is made by hand.
        var message = try SignedMessage(response(&server, wall: wall + 10))
        message.signature.timeSigned = wall + 9
        var mac = key.authentication.begin()
        var (other, otherServer) = try transaction()
        let first = response(&otherServer, wall: wall + 10)
        #expect(other.verify(first) == content)
        mac.absorb(mac: try SignedMessage(first).signature.mac)
        mac.absorb(Vectors.response)
        mac.absorb(message.signature.timers)
        message.signature.mac = mac.code()
        #expect(client.verify(message.bytes) == .failed(.badTime(wall + 9)))
    }

    @Test func `a short MAC is what the key says of it`() throws {
        for (length, expected) in [
            (31, TransactionFailure.badTruncation), (16, .badTruncation), (15, .malformed), (0, .malformed),
        ] {
            var (client, server) = try transaction()
            var message = try SignedMessage(response(&server))
            message.signature.mac = Array(message.signature.mac.prefix(length))
            #expect(client.verify(message.bytes) == .failed(expected))
            guard length >= 16 else { continue }
            var (lenient, _) = try transaction(by: Vectors.key(minimumMACLength: length))
            #expect(lenient.verify(message.bytes) == content)
        }
    }

    @Test func `what is no message`() throws {
        let (client, _) = try transaction()
        for bytes in [[], [1, 2, 3], Array(repeating: 0xff, count: 60)] as [[UInt8]] {
            var client = client
            #expect(client.verify(bytes) == .failed(.malformed))
        }
    }

    @Test func `a request with no room for a signature stays as it is`() {
        var client = TransactionClient(key)
        var request = Vectors.request
        #expect(!client.sign(&request, limit: request.count + 80, wall: wall))
        #expect(request == Vectors.request)
    }
}
