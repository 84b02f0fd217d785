import DNSWire
import SeededRandom
import Testing

@Suite struct TransactionSignatureTests {
    private static let signature = TransactionSignature(
        algorithm: "hmac-sha256.", timeSigned: 0x0102_0304_0506, fudge: 0x0708, mac: [9, 10, 11],
        originalID: 0x0c0d, error: TransactionError(rawValue: 0xfedc), otherData: [14, 15])

    @Test func `the fields stand where RFC 8945 has them`() {
        let name: [UInt8] = [11] + Array("hmac-sha256".utf8) + [0]
        let fields: [UInt8] = [
            1, 2, 3, 4, 5, 6, 7, 8, 0, 3, 9, 10, 11, 0x0c, 0x0d, 0xfe, 0xdc, 0, 2, 14, 15,
        ]
        #expect(Self.signature.rdata.bytes == name + fields)
        #expect(TransactionSignature(Self.signature.rdata) == Self.signature)
        #expect(Self.signature.timers == [1, 2, 3, 4, 5, 6, 7, 8])
        let owner: DomainName = "key."
        #expect(
            Self.signature.variables(ownerName: owner)
                == owner.wire + [0, 255, 0, 0, 0, 0] + name + [
                    1, 2, 3, 4, 5, 6, 7, 8, 0xfe, 0xdc, 0, 2, 14, 15,
                ])
    }

    @Test func `whatever is cut off or too much is an error`() {
        let bytes = Self.signature.rdata.bytes
        for length in 0..<bytes.count {
            #expect(TransactionSignature(RData(unchecked: Array(bytes[..<length]))) == nil)
        }
        #expect(TransactionSignature(RData(unchecked: bytes + [0])) == nil)
        #expect(TransactionSignature(RData(unchecked: [])) == nil)
    }

    @Test func `RDATA does not reach into what follows it`() {
        // The MAC's length is one too many, and there is another octet in the message.
        var bytes = Self.signature.rdata.bytes
        bytes[22] += 1
        #expect(throws: WireError.self) {
            try TransactionSignature(parsing: (bytes + [0]).span, bytes.indices)
        }
    }

    @Test func `the algorithm's name is not compressed`() throws {
        let name: DomainName = "hmac-sha256."
        let fields = Array(Self.signature.rdata.bytes[name.wire.count...])
        let message = [UInt8](repeating: 0, count: Header.length) + name.wire + [0xc0, 12] + fields
        let start = Header.length + name.wire.count
        #expect(throws: WireError.self) {
            try TransactionSignature(parsing: message.span, start..<message.count)
        }
    }

    @Test func `the server's time comes with BADTIME alone`() {
        var signature = Self.signature
        signature.otherData = TransactionSignature.octets(ofTime: 0x0102_0304_0506)
        #expect(signature.serverTime == nil)
        signature.error = .badTime
        #expect(signature.serverTime == 0x0102_0304_0506)
        signature.otherData.removeLast()
        #expect(signature.serverTime == nil)
    }
}

/// Which record of a message signs it, asked of both readers.
@Suite struct TransactionPlaceTests {
    private static let data = TransactionSignature(
        algorithm: "hmac-sha256.", timeSigned: 1, fudge: 300, originalID: 0
    ).rdata

    private static let tsig = Record("key.", .tsig, .any, ttl: 0, data)
    private static let sig0 = sig(covering: 0)
    private static let address = Record("a.", .a, ttl: 1, RData(unchecked: [192, 0, 2, 1]))

    private static func sig(covering type: UInt16) -> Record {
        let fixed: [UInt8] = [UInt8(type >> 8), UInt8(type & 0xff), 15, 0] + Array(repeating: 0, count: 14)
        return Record(.root, .sig, .any, ttl: 0, RData(unchecked: fixed + [0, 1, 2, 3]))
    }

    private static func message(
        _ additionals: [Record], _ opcode: Opcode = .query, answers: [Record] = [],
        authorities: [Record] = [], edns: EDNS? = nil
    ) -> [UInt8] {
        var message = Message(
            header: Header(id: 1, opcode: opcode), questions: [Question("example.com.", .soa)])
        message.answers = answers
        message.authorities = authorities
        message.additionals = additionals
        message.edns = edns
        return message.compose()
    }

    private enum Found: Equatable {
        case nothing, misplaced
        case signature(SignaturePlace.Kind)
    }

    private static func found(_ bytes: [UInt8]) -> Found {
        do throws(WireError) {
            return try SignaturePlace.find(in: bytes.span).map { .signature($0.kind) } ?? .nothing
        } catch {
            return error.code == .misplacedSignature ? .misplaced : .nothing
        }
    }

    @Test func `the last additional record signs`() throws {
        for opcode: Opcode in [.query, .update, .notify] {
            let plain = Self.message([], opcode)
            for (record, kind) in [(Self.tsig, SignaturePlace.Kind.tsig), (Self.sig0, .sig0)] {
                let bytes = Self.message([record], opcode)
                let place = try #require(try SignaturePlace.find(in: bytes.span))
                #expect(place.kind == kind && place.start == plain.count)
                #expect(place.fields == place.start + record.ownerName.wire.count)
                let view = QueryView(bytes.span)
                #expect(view.fault == nil && view.signature == place)
            }
        }
    }

    @Test func `a message without one`() throws {
        let messages = [
            Self.message([]), Self.message([Self.address]), Self.message([], edns: EDNS()),
            Self.message([Self.sig(covering: 1)]),
        ]
        for bytes in messages {
            #expect(Self.found(bytes) == .nothing)
            let view = QueryView(bytes.span)
            #expect(view.fault == nil && view.signature == nil)
        }
        #expect(QueryView(Self.message([Self.address], .update).span).signature == nil)
    }

    @Test func `OPT stands before it`() throws {
        // Composed without the signature, which is then put behind OPT.
        var bytes = Self.message([], edns: EDNS())
        let start = bytes.count
        bytes += Self.tsig.ownerName.wire + [0, 250, 0, 255, 0, 0, 0, 0, 0, UInt8(Self.data.bytes.count)]
        bytes += Self.data.bytes
        bytes[11] += 1
        let view = QueryView(bytes.span)
        #expect(view.fault == nil && view.edns != nil)
        #expect(view.signature?.start == start)
        #expect(try SignaturePlace.find(in: bytes.span)?.start == start)
    }

    /// Row 42 of the behaviour table.
    @Test func `two, or one that is not last`() {
        let cases: [[Record]] = [
            [Self.tsig, Self.tsig], [Self.tsig, Self.address], [Self.sig0, Self.address],
            [Self.sig0, Self.sig0], [Self.tsig, Self.sig0], [Self.sig0, Self.tsig],
            [Self.address, Self.tsig, Self.address],
        ]
        for additionals in cases {
            for opcode: Opcode in [.query, .update, .notify] {
                #expect(Self.found(Self.message(additionals, opcode)) == .misplaced)
            }
            let view = QueryView(Self.message(additionals).span)
            #expect(view.fault == .unexpectedContent && view.signature == nil)
        }
        // Composed, OPT comes behind the additional records.
        let beforeOPT = Self.message([Self.tsig], edns: EDNS())
        #expect(Self.found(beforeOPT) == .misplaced)
        #expect(QueryView(beforeOPT.span).fault == .unexpectedContent)
    }

    @Test func `one in another section`() {
        for additionals in [[], [Self.tsig]] {
            let inAnswer = Self.message(additionals, .update, answers: [Self.tsig])
            let inAuthority = Self.message(additionals, .update, authorities: [Self.tsig])
            // Without additional records nobody looks: such a record has no meaning for anyone.
            let expected: Found = additionals.isEmpty ? .nothing : .misplaced
            #expect(Self.found(inAnswer) == expected)
            #expect(Self.found(inAuthority) == expected)
            let view = QueryView(Self.message(additionals, answers: [Self.tsig]).span)
            #expect(view.fault == .unexpectedContent)
        }
        // A SIG that is data is not a signature.
        let data = Self.message([Self.tsig], .update, authorities: [Self.sig0])
        #expect(Self.found(data) == .signature(.tsig))
    }

    @Test func `a SIG that is too short to cover anything`() {
        let short = Record(.root, .sig, .any, ttl: 0, RData(unchecked: [0]))
        #expect(Self.found(Self.message([short])) == .nothing)
        #expect(QueryView(Self.message([short]).span).signature == nil)
    }

    /// What one reader finds, the other finds too, and nothing traps.
    @Test func `both readers agree on damaged messages`() throws {
        var generator = SeededGenerator(seed: 8945)
        let seeds = [
            Self.message([Self.tsig]), Self.message([Self.address, Self.sig0]),
            Self.message([Self.tsig, Self.tsig]), Self.message([], edns: EDNS()),
        ]
        var foundCount = 0
        for _ in 0..<20_000 {
            var bytes = seeds[Int(generator.next() % UInt64(seeds.count))]
            MutationTests.mutate(&bytes, with: &generator)
            let view = QueryView(bytes.span)
            let place = try? SignaturePlace.find(in: bytes.span)
            guard view.fault == nil, view.header.opcode == .query else { continue }
            #expect(view.signature == place, "\(bytes)")
            if place != nil { foundCount += 1 }
        }
        #expect(foundCount > 200)
    }
}
