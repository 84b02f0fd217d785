import DNSCrypto
import DNSWire
import Testing

@testable import DNSZones

/// Rows 42 to 48 of the behaviour table, and forgeries.
@Suite struct TransactionVerifierTests {
    private let key = Vectors.key()
    private let wall = Vectors.wall

    private func outcome(
        _ packet: [UInt8], keys: [TransactionKey]? = nil, wall: Int64? = nil
    ) -> Outcome {
        let keys = KeyRing(keys ?? [key])
        let outcome = Outcome(TransactionVerifier.verify(packet.span, keys: keys, wall: wall ?? self.wall))
        // The verifier that is handed what was read already comes to the same, or the reader refuses the query itself.
        let view = QueryView(packet.span)
        let other = Outcome(
            TransactionVerifier.verify(packet.span, view, keys: keys, wall: wall ?? self.wall))
        #expect(other == outcome || view.fault != nil)
        return outcome
    }

    /// The UPDATE, or a query, as `key` signs it.
    private func signed(
        _ message: [UInt8] = Vectors.request, by key: TransactionKey? = nil, wall: Int64? = nil
    ) -> [UInt8] {
        var client = TransactionClient(key ?? self.key)
        var message = message
        #expect(client.sign(&message, wall: wall ?? self.wall))
        return message
    }

    private func query(additionals: [Record] = []) -> [UInt8] {
        var message = Message(header: Header(id: 77), questions: [Question("www.example.com.", .a)])
        message.additionals = additionals
        return message.compose()
    }

    private func notify() -> [UInt8] {
        Message(header: Header(id: 78, opcode: .notify), questions: [Question("example.com.", .soa)])
            .compose()
    }

    @Test func `who does not sign is told so`() {
        #expect(outcome(query()) == .unsigned)
        #expect(outcome(Vectors.request) == .unsigned)
        #expect(outcome(notify()) == .unsigned)
        #expect(outcome(Vectors.query) == .unsigned)
    }

    @Test func `every opcode may be signed`() {
        for message in [query(), notify(), Vectors.request, Vectors.query] {
            #expect(outcome(signed(message)) == .signed)
        }
    }

    // --- Row 42 ---

    @Test func `TSIG that is second or not last is FORMERR`() throws {
        let packet = signed()
        let record = Array(packet[Vectors.request.count...])
        var twice = packet + record
        twice[11] = 2
        #expect(outcome(twice) == .formErr)
        // An A record behind it.
        var before = packet + [0, 0, 1, 0, 1, 0, 0, 0, 0, 0, 4, 192, 0, 2, 1]
        before[11] = 2
        #expect(outcome(before) == .formErr)
        // In the update section, with a good one where it belongs.
        var inside = Vectors.request
        inside += record
        inside[9] += 1
        #expect(outcome(signed(inside)) == .formErr)
        #expect(outcome(packet + [0]) == .formErr)
    }

    @Test func `FORMERR is answered without a record`() throws {
        var packet = signed()
        packet += [0]
        var rejection = try #require(
            judge(packet, [key], wall: wall).rejection)
        #expect(rejection.recordLength == 0 && rejection.keyName == nil)
        var response = Vectors.response
        #expect(rejection.sign(&response, wall: wall))
        #expect(response == Vectors.response)
        var span = response.mutableSpan
        #expect(rejection.sign(&span, length: 20, limit: 512, wall: wall) == 20)
    }

    @Test func `a record that is none is FORMERR`() throws {
        let message = try SignedMessage(signed())
        let rdata = message.signature.rdata.bytes
        for length in 0..<rdata.count {
            let packet = SignedMessage.bytes(message.content, message.keyName, Array(rdata[..<length]))
            #expect(outcome(packet) == .formErr)
        }
        #expect(outcome(SignedMessage.bytes(message.content, message.keyName, rdata + [0])) == .formErr)
        // Class and TTL are as RFC 8945 §4.2 says, or nobody knows what they mean.
        let fields = message.content.count + message.keyName.wire.count
        for (offset, octet) in [(2, 1), (3, 1), (3, 254), (4, 0x80), (7, 1)] {
            var packet = message.bytes
            packet[fields + offset] = UInt8(octet)
            #expect(outcome(packet) == .formErr)
        }
    }

    // --- Row 43 ---

    @Test func `an unknown key or algorithm is BADKEY, unsigned`() throws {
        let stranger = TransactionKey("stranger.", .hmacSHA256, secret: [1, 2, 3])
        let sameName = TransactionKey(key.name, .hmacSHA512, secret: key.secret)
        for other in [stranger, sameName] {
            let packet = signed(by: other)
            #expect(outcome(packet) == .badKey)
            try expectUnsignedError(
                packet, .badKey, keyName: other.name, algorithm: other.algorithm.domainName)
        }
        #expect(outcome(signed(), keys: []) == .badKey)
        // The algorithm is looked at before the MAC is.
        var unknown = try SignedMessage(signed())
        for name: DomainName in ["hmac-sha3-256.", ".", "gss-tsig."] {
            unknown.signature.algorithm = name
            unknown.signature.mac = []
            #expect(outcome(unknown.bytes) == .badKey)
            try expectUnsignedError(unknown.bytes, .badKey, keyName: key.name, algorithm: name)
        }
    }

    @Test func `MD5 is for keys that ask for it`() {
        let old = Vectors.key(.hmacMD5)
        #expect(outcome(signed(by: old)) == .badKey)
        #expect(outcome(signed(by: old), keys: [old]) == .signed)
    }

    private func expectUnsignedError(
        _ packet: [UInt8], _ error: TransactionError, keyName: DomainName, algorithm: DomainName
    ) throws {
        var rejection = try #require(
            judge(packet, [key], wall: wall).rejection)
        #expect(rejection.keyName == keyName)
        var response = Vectors.notAuth
        #expect(rejection.sign(&response, wall: wall + 7))
        #expect(response.count == Vectors.notAuth.count + rejection.recordLength)
        let record = try SignedMessage(response)
        #expect(record.keyName == keyName && record.signature.algorithm == algorithm)
        #expect(record.signature.error == error && record.signature.mac.isEmpty)
        #expect(record.signature.otherData.isEmpty && record.signature.originalID == 0x1234)
        #expect(record.signature.timeSigned == wall + 7)
        // A client learns of it, and knows that anybody could have said so.
        var client = TransactionClient(key)
        var request = Vectors.request
        #expect(client.sign(&request, wall: wall))
        #expect(
            client.verify(response, wall: wall)
                == .failed(.refused(error, isProved: false, serverTime: nil)))
    }

    // --- Rows 44 and 45, and the lengths of the attacks ---

    @Test func `a wrong MAC is BADSIG, unsigned`() throws {
        for index in [0, 15, 31] {
            var message = try SignedMessage(signed())
            message.signature.mac[index] ^= 0x10
            #expect(outcome(message.bytes) == .badSig)
            try expectUnsignedError(
                message.bytes, .badSignature, keyName: key.name, algorithm: key.algorithm.domainName)
        }
        let otherSecret = TransactionKey(key.name, key.algorithm, secret: [9])
        #expect(outcome(signed(by: otherSecret)) == .badSig)
    }

    @Test(arguments: AuthenticationAlgorithm.allCases)
    func `MACs of all lengths`(_ algorithm: AuthenticationAlgorithm) throws {
        let key = Vectors.key(algorithm)
        let good = try SignedMessage(signed(by: key))
        for length in 0...(algorithm.length + 2) {
            var message = good
            message.signature.mac = Array((good.signature.mac + [0, 0]).prefix(length))
            let isPossible = length >= max(10, algorithm.length / 2) && length <= algorithm.length
            let expected: Outcome =
                !isPossible ? .formErr : length == algorithm.length ? .signed : .badTrunc
            #expect(outcome(message.bytes, keys: [key]) == expected)
            // A guess is no better for being short.
            if !message.signature.mac.isEmpty {
                message.signature.mac[0] ^= 1
                #expect(outcome(message.bytes, keys: [key]) == (isPossible ? .badSig : .formErr))
            }
            // What the key allows is believed.
            let least = Vectors.key(algorithm, minimumMACLength: 0)
            message.signature.mac = Array((good.signature.mac + [0, 0]).prefix(length))
            #expect(outcome(message.bytes, keys: [least]) == (isPossible ? .signed : .formErr))
        }
    }

    @Test func `the lengths that forgers tried`() throws {
        let good = try SignedMessage(signed())
        for (length, expected) in [(0, Outcome.formErr), (9, .formErr), (10, .formErr), (15, .formErr)] {
            var message = good
            message.signature.mac = Array(good.signature.mac.prefix(length))
            #expect(outcome(message.bytes) == expected)
            message.signature.mac = Array(repeating: 0, count: length)
            #expect(outcome(message.bytes) == expected)
        }
        var message = good
        message.signature.mac = Array(repeating: 0, count: 31)
        #expect(outcome(message.bytes) == .badSig)
        message.signature.mac = Array(good.signature.mac.prefix(31))
        #expect(outcome(message.bytes) == .badTrunc)
    }

    // --- Row 46 ---

    @Test func `clocks may differ by the fudge`() {
        let packet = signed()
        for offset: Int64 in [-300, -1, 0, 1, 300] {
            #expect(outcome(packet, wall: wall + offset) == .signed)
        }
        for offset: Int64 in [-301, 301, 86_400, -wall, .min + wall, .max - wall] {
            #expect(outcome(packet, wall: wall &+ offset) == .badTime)
        }
    }

    @Test func `a longer fudge is as ours, a shorter one counts`() throws {
        for (fudge, least) in [(UInt16.max, Int64(300)), (301, 300), (10, 10), (0, 0)] {
            let packet = signed(fudge: fudge)
            #expect(outcome(packet, wall: wall + least) == .signed)
            #expect(outcome(packet, wall: wall + least + 1) == .badTime)
            #expect(outcome(packet, wall: wall - least - 1) == .badTime)
        }
    }

    /// Signed with a fudge that no client of ours has.
    private func signed(fudge: UInt16) -> [UInt8] {
        var signature = TransactionSignature(
            algorithm: key.algorithm.domainName, timeSigned: wall, fudge: fudge, originalID: 0x1234)
        var mac = key.authentication.begin()
        mac.absorb(Vectors.request)
        mac.absorb(signature.variables(ownerName: key.name))
        signature.mac = mac.code()
        var content = Vectors.request
        content[11] = 1
        return SignedMessage.bytes(content, key.name, signature.rdata.bytes)
    }

    @Test func `BADTIME repeats the client's time and fudge`() throws {
        let packet = signed(fudge: 17)
        var rejection = try #require(
            judge(packet, [key], wall: wall + 100).rejection)
        var response = Vectors.notAuth
        #expect(rejection.sign(&response, wall: wall + 100))
        let record = try SignedMessage(response)
        #expect(record.signature.timeSigned == wall && record.signature.fudge == 17)
        #expect(record.signature.serverTime == wall + 100 && record.signature.mac.count == 32)
    }

    @Test func `a replay is good for as long as clocks may differ`() {
        let packet = signed()
        #expect(outcome(packet) == .signed)
        #expect(outcome(packet, wall: wall + 5) == .signed)
        #expect(outcome(packet, wall: wall + 301) == .badTime)
    }

    // --- IDs ---

    @Test func `who forwards may change the ID`() throws {
        var packet = signed()
        packet[0] = 0xab
        packet[1] = 0xcd
        var session = try #require(
            judge(packet, [key], wall: wall).session)
        var response = Vectors.response
        response[0] = 0xab
        response[1] = 0xcd
        #expect(session.sign(&response, wall: wall))
        #expect(try SignedMessage(response).signature.originalID == 0xabcd)
    }

    // --- Room ---

    @Test func `a response without room is cut to its question`() throws {
        var session = try #require(
            judge(signed(), [key], wall: wall).session)
        var message = Message(
            header: Header(id: 0x1234, opcode: .update), questions: [Question("example.com.", .soa)])
        message.header.flags = [.qr]
        message.responseCode = .refused
        for host in 0..<40 {
            message.answers.append(
                Record("a.example.com.", .a, ttl: 5, RData(unchecked: [192, 0, 2, UInt8(host)])))
        }
        message.edns = EDNS()
        let whole = message.compose()
        for limit in [whole.count + session.recordLength - 1, 200] {
            var copy = session
            var response = whole
            #expect(copy.sign(&response, limit: limit, wall: wall))
            let parsed = try Message(parsing: response.span)
            #expect(parsed.header.flags == [.qr, .tc] && parsed.responseCode == .noError)
            #expect(parsed.questions == message.questions && parsed.answers.isEmpty && parsed.edns == nil)
            #expect(parsed.additionals.count == 1 && response.count <= limit)
            var client = TransactionClient(key)
            var request = Vectors.request
            #expect(client.sign(&request, wall: wall))
            #expect(client.verify(response, wall: wall) == .signed(contentEnd: 29))
        }
        var response = whole
        #expect(session.sign(&response, limit: whole.count + session.recordLength, wall: wall))
        let parsed = try Message(parsing: response.span)
        #expect(parsed.answers.count == 40)
    }

    @Test func `no room at all, or no message`() throws {
        var session = try #require(
            judge(signed(), [key], wall: wall).session)
        var response = Vectors.response
        #expect(!session.sign(&response, limit: 50, wall: wall))
        for bytes in [[], [1, 2, 3]] as [[UInt8]] {
            var bytes = bytes
            #expect(!session.sign(&bytes, wall: wall))
        }
        var buffer = [UInt8](repeating: 0, count: 100)
        var span = buffer.mutableSpan
        for length in [-1, 0, 11, 99, 100, 101, .max] {
            #expect(session.sign(&span, length: length, limit: 512, wall: wall) == nil)
        }
        // ARCOUNT has no more room.
        var full = Vectors.response
        (full[10], full[11]) = (0xff, 0xff)
        var copy = session
        #expect(copy.sign(&full, wall: wall))
        #expect(full[2] & 0x02 != 0)
    }

    // --- Row 48 ---

    @Test func `every message of a stream is signed, and time never goes back`() throws {
        var session = try #require(
            judge(signed(), [key], wall: wall).session)
        var client = TransactionClient(key)
        var request = Vectors.request
        #expect(client.sign(&request, wall: wall))
        var latest: Int64 = 0
        for step in 0..<200 {
            var response = Vectors.response
            // A clock that jumps.
            let now = wall + Int64(step % 7)
            #expect(session.sign(&response, wall: now))
            let time = try SignedMessage(response).signature.timeSigned
            #expect(time >= latest && time >= now)
            latest = time
            #expect(client.verify(response, wall: now) == .signed(contentEnd: Vectors.response.count))
        }
    }

    // --- SIG(0) ---

    @Test func `SIG(0) is somebody else's`() {
        let fixed: [UInt8] = [0, 0, 15, 0] + Array(repeating: 0, count: 14)
        let record = Record(.root, .sig, .any, ttl: 0, RData(unchecked: fixed + [0, 1]))
        #expect(outcome(query(additionals: [record])) == .sig0)
        // Both is one too many (RFC 2931 §3.1).
        #expect(outcome(signed(query(additionals: [record]))) == .formErr)
    }

    @Test func `no octets are a message`() {
        for packet in [[], [0], Array(repeating: 0xff, count: 12), Array(repeating: 0, count: 11)]
            as [[UInt8]]
        {
            #expect(Outcome(judge(packet, [])) == .formErr)
        }
    }
}
