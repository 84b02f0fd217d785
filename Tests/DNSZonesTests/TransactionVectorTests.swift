import DNSCrypto
import DNSWire
import Testing

@testable import DNSZones

/// Against messages that other software signed.
@Suite struct TransactionVectorTests {
    struct Example: Sendable, CustomTestStringConvertible {
        let key: TransactionKey
        let request: [UInt8]
        let response: [UInt8]
        var testDescription: String { key.algorithm.rawValue }
    }

    static let examples = Vectors.signed.compactMap { vector in
        AuthenticationAlgorithm(text: vector.algorithm).map {
            Example(key: Vectors.key($0), request: vector.request, response: vector.response)
        }
    }

    @Test func `there is one for each algorithm`() {
        #expect(Set(Self.examples.map(\.key.algorithm)) == Set(AuthenticationAlgorithm.allCases))
    }

    /// Names are compared without case: the MD5 name comes in capitals.
    private func expectSame(_ a: [UInt8], _ b: [UInt8]) throws {
        let (a, b) = (try SignedMessage(a), try SignedMessage(b))
        #expect(a.content == b.content)
        #expect(a.keyName == b.keyName && a.signature == b.signature)
    }

    @Test(arguments: examples)
    func `a request is believed, and its response signed the same`(_ example: Example) throws {
        let verdict = judge(example.request, [example.key], wall: Vectors.wall)
        var session = try #require(verdict.session)
        #expect(session.key == example.key)
        #expect(session.contentEnd == Vectors.request.count)
        var response = Vectors.response
        let length = response.count
        #expect(session.sign(&response, wall: Vectors.wall))
        #expect(response.count == length + session.recordLength)
        try expectSame(response, example.response)
    }

    @Test(arguments: examples)
    func `a response is signed the same in place`(_ example: Example) throws {
        let keys = KeyRing([example.key])
        let view = QueryView(example.request.span)
        let verdict = TransactionVerifier.verify(example.request.span, view, keys: keys, wall: Vectors.wall)
        var session = try #require(verdict.session)
        let room = 512
        var buffer = Vectors.response + Array(repeating: 0xee, count: room - Vectors.response.count)
        var span = buffer.mutableSpan
        let length = session.sign(
            &span, length: Vectors.response.count, limit: room, wall: Vectors.wall)
        let signed = try #require(length)
        try expectSame(Array(buffer[..<signed]), example.response)
        #expect(buffer[signed...].allSatisfy { $0 == 0xee })
    }

    @Test(arguments: examples)
    func `a request is signed the same, and its response believed`(_ example: Example) throws {
        var client = TransactionClient(example.key)
        var request = Vectors.request
        #expect(client.sign(&request, wall: Vectors.wall))
        try expectSame(request, example.request)
        #expect(!client.isComplete)
        let verdict = client.verify(example.response, wall: Vectors.wall)
        #expect(verdict == .signed(contentEnd: Vectors.response.count))
        #expect(client.isComplete)
    }

    @Test func `a query with OPT, by a key with capitals and a long secret`() throws {
        let name: DomainName = "KEY.vectors.TEST."
        let key = TransactionKey(name, .hmacSHA256, secret: (0..<200).map { UInt8($0) })
        let packet = Vectors.signedQuery
        let view = QueryView(packet.span)
        #expect(view.edns != nil && view.fault == nil)
        let verdict = TransactionVerifier.verify(
            packet.span, view, keys: KeyRing([key]), wall: Vectors.wall)
        #expect(verdict.session?.contentEnd == Vectors.query.count)
        var client = TransactionClient(key)
        var query = Vectors.query
        #expect(client.sign(&query, wall: Vectors.wall))
        try expectSame(query, packet)
    }

    @Test func `the name of a key may be compressed`() throws {
        let key = TransactionKey("updater.example.com.", .hmacSHA256, secret: Vectors.secret(32))
        #expect(Vectors.compressed[Vectors.request.count + 8] == 0xc0)
        let verdict = judge(Vectors.compressed, [key], wall: Vectors.wall)
        #expect(verdict.session?.key == key)
    }

    @Test func `BADTIME`() throws {
        let request = try SignedMessage(Self.sha256.request)
        let late = Vectors.wall + 1000
        let verdict = judge(request.bytes, [Vectors.key()], wall: late)
        var rejection = try #require(verdict.rejection)
        #expect(rejection.responseCode == .notAuth && rejection.error == .badTime)
        var response = Vectors.notAuth
        let length = response.count
        #expect(rejection.sign(&response, wall: late))
        #expect(response.count == length + rejection.recordLength)
        #expect(response == Vectors.badTime)
        let written = try SignedMessage(response)
        #expect(written.signature.serverTime == late && written.signature.timeSigned == Vectors.wall)
        // The client believes it, though the times are far apart.
        var client = TransactionClient(Vectors.key())
        var sent = Vectors.request
        #expect(client.sign(&sent, wall: Vectors.wall))
        #expect(
            client.verify(response, wall: Vectors.wall)
                == .failed(.refused(.badTime, isProved: true, serverTime: late)))
    }

    private static var sha256: Example {
        examples.first { $0.key.algorithm == .hmacSHA256 } ?? examples[0]
    }

    @Test func `a MAC that was cut`() throws {
        let lenient = Vectors.key(minimumMACLength: 16)
        var session = try #require(judge(Vectors.truncated, [lenient]).session)
        var response = Vectors.response
        #expect(session.sign(&response, wall: Vectors.wall))
        // By a whole MAC, over the request's as it came.
        #expect(response == Vectors.truncatedResponse)
    }

    @Test func `BADTRUNC`() throws {
        let strict = Vectors.key()
        var rejection = try #require(
            judge(Vectors.truncated, [strict]).rejection)
        #expect(rejection.responseCode == .notAuth && rejection.error == .badTruncation)
        var response = Vectors.notAuth
        #expect(rejection.sign(&response, wall: Vectors.wall))
        let written = try SignedMessage(response)
        #expect(written.signature.error == .badTruncation && written.signature.mac.count == 32)
        // dnspython's record is for the whole MAC, which a client that sent that one believes.
        var client = TransactionClient(strict)
        var request = Vectors.request
        #expect(client.sign(&request, wall: Vectors.wall))
        #expect(
            client.verify(Vectors.badTruncation, wall: Vectors.wall)
                == .failed(.refused(.badTruncation, isProved: true, serverTime: nil)))
    }

    // --- Transfers ---

    @Test func `every message of a transfer is signed the same`() throws {
        var session = try #require(
            judge(Vectors.signedTransferRequest, [Vectors.key()]).session)
        for (index, plain) in Vectors.transfer.enumerated() {
            var message = plain
            #expect(session.sign(&message, wall: Vectors.wall + Int64(index)))
            #expect(message == Vectors.signedTransfer[index])
        }
    }

    private func client() -> TransactionClient {
        var client = TransactionClient(Vectors.key())
        var request = Vectors.transferRequest
        #expect(client.sign(&request, wall: Vectors.wall))
        #expect(request == Vectors.signedTransferRequest)
        return client
    }

    @Test func `a transfer is believed`() {
        var client = client()
        for (index, message) in Vectors.signedTransfer.enumerated() {
            let verdict = client.verify(message, wall: Vectors.wall + Int64(index))
            #expect(verdict == .signed(contentEnd: Vectors.transfer[index].count))
            #expect(client.isComplete)
        }
    }

    @Test func `unsigned messages between signed ones are believed with the next`() {
        var client = client()
        for (index, message) in Vectors.sparselySignedTransfer.enumerated() {
            let verdict = client.verify(message, wall: Vectors.wall + Int64(index))
            let isSigned = index != 1 && index != 2
            #expect(verdict == (isSigned ? .signed(contentEnd: Vectors.transfer[index].count) : .pending))
            #expect(client.isComplete == isSigned)
        }
    }

    @Test func `a message that was left out, changed or moved breaks the transfer`() {
        let messages = Vectors.signedTransfer
        var (withoutSecond, swapped, changed) = (messages, messages, Vectors.sparselySignedTransfer)
        withoutSecond.remove(at: 1)
        swapped.swapAt(1, 2)
        changed[1][changed[1].count - 1] ^= 1
        for damaged in [withoutSecond, swapped, changed] {
            var client = client()
            let verdicts = damaged.map { client.verify($0, wall: Vectors.wall + 2) }
            #expect(verdicts.contains(.failed(.badSignature)))
        }
    }
}
