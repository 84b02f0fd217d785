import DNSCrypto
import DNSWire
import SeededRandom
import Testing

@testable import DNSZones

/// Messages that were changed on their way, the same on every run.
@Suite struct TransactionDamageTests {
    private static let requests: [([UInt8], TransactionKey)] =
        TransactionVectorTests.examples.map { ($0.request, $0.key) }
        + [
            (
                Vectors.signedQuery,
                TransactionKey(Vectors.name, .hmacSHA256, secret: (0..<200).map { UInt8($0) })
            ),
            (
                Vectors.compressed,
                TransactionKey("updater.example.com.", .hmacSHA256, secret: Vectors.secret(32))
            ),
        ]

    /// Whether a changed bit means nothing: in the header's ID, which who forwards changes, and as the case of a letter in
    /// the names of key and algorithm.
    private func isMeaningless(_ index: Int, _ bit: Int, in packet: [UInt8]) throws -> Bool {
        if index < 2 { return true }
        let start = try #require(try SignaturePlace.find(in: packet.span)?.start)
        let letters = UInt8(ascii: "a")...UInt8(ascii: "z")
        return index >= start && bit == 5 && letters.contains(packet[index] | 0x20)
    }

    @Test func `no changed bit is believed`() throws {
        var rejected: [Outcome: Int] = [:]
        for (packet, key) in Self.requests {
            #expect(judge(packet, [key]).session != nil)
            for index in packet.indices {
                for bit in 0..<8 {
                    var changed = packet
                    changed[index] ^= 1 << bit
                    let outcome = Outcome(judge(changed, [key]))
                    if try isMeaningless(index, bit, in: packet) { continue }
                    #expect(outcome != .signed && outcome != .other, "octet \(index), bit \(bit)")
                    rejected[outcome, default: 0] += 1
                    // Nothing but what hides the record makes a message unsigned.
                    if outcome == .unsigned {
                        #expect((try? Message(parsing: changed.span))?.additionals.last?.type != .tsig)
                    }
                }
            }
        }
        // Each check has stopped some. BADTIME needs a MAC that is right.
        #expect(Set(rejected.keys).isSuperset(of: [.formErr, .badKey, .badSig]))
    }

    @Test func `a name's case does not matter`() throws {
        let (packet, key) = Self.requests[0]
        var upper = packet
        let start = try #require(try SignaturePlace.find(in: packet.span)?.start)
        for index in start..<(start + key.name.wire.count) where packet[index] > 63 { upper[index] &= 0xdf }
        #expect(upper != packet)
        #expect(judge(upper, [key]).session != nil)
    }

    @Test func `no changed bit of a response is believed`() throws {
        for example in TransactionVectorTests.examples {
            var client = TransactionClient(example.key)
            var request = Vectors.request
            #expect(client.sign(&request, wall: Vectors.wall))
            for index in example.response.indices {
                for bit in 0..<8 where try !isMeaningless(index, bit, in: example.response) {
                    var changed = example.response
                    changed[index] ^= 1 << bit
                    var client = client
                    let verdict = client.verify(changed)
                    guard case .failed(let failure) = verdict else {
                        Issue.record("octet \(index), bit \(bit): \(verdict)")
                        continue
                    }
                    if case .refused(_, isProved: true, _) = failure { Issue.record("octet \(index)") }
                }
            }
        }
    }

    /// Whatever is made of a message: nothing traps, who is believed signed it, and every response can be signed.
    @Test func `damage is no trap`() throws {
        var generator = SeededGenerator(seed: 20_201_130)
        let keys = Self.requests.map(\.1)
        var outcomes: [Outcome: Int] = [:]
        for _ in 0..<12_000 {
            let (packet, key) = Self.requests[Int(generator.next() % UInt64(Self.requests.count))]
            var changed = packet
            Self.damage(&changed, with: &generator)
            let ring = Bool.random(using: &generator) ? [key] : keys
            let wall = Vectors.wall + Int64.random(in: -400...400, using: &generator)
            var verdict = judge(changed, ring, wall: wall)
            outcomes[Outcome(verdict), default: 0] += 1
            let view = QueryView(changed.span)
            _ = TransactionVerifier.verify(changed.span, view, keys: KeyRing(ring), wall: wall)
            if case .signed = verdict {
                let place = try #require(try SignaturePlace.find(in: changed.span)).start
                #expect(changed[2..<place] == packet[2..<place])
            }
            try signResponse(&verdict, with: &generator)
        }
        for outcome: Outcome in [.unsigned, .formErr, .badKey, .badSig] {
            #expect(outcomes[outcome, default: 0] > 30, "\(outcome)")
        }
        for outcome: Outcome in [.signed, .badTime] {
            #expect(outcomes[outcome, default: 0] > 10, "\(outcome)")
        }
    }

    private func signResponse(_ verdict: inout SignatureVerdict, with generator: inout SeededGenerator) throws
    {
        var response = Vectors.response
        let limit = Int.random(in: 0...700, using: &generator)
        let isSigned: Bool
        switch verdict {
        case .signed(var session): isSigned = session.sign(&response, limit: limit, wall: .max)
        case .rejected(var rejection): isSigned = rejection.sign(&response, limit: limit, wall: .min)
        default: return
        }
        #expect((try? Message(parsing: response.span)) != nil)
        #expect(!isSigned || response.count <= max(limit, Vectors.response.count))
    }

    private static func damage(_ bytes: inout [UInt8], with generator: inout SeededGenerator) {
        let odd: [UInt8] = [0, 1, 10, 16, 32, 63, 64, 0xc0, 12, 24, 250, 255]
        for _ in 0..<Int.random(in: 0...3, using: &generator) where !bytes.isEmpty {
            // Most of it in the record itself, and the header.
            let isInRecord = Bool.random(using: &generator)
            let index = Int.random(
                in: (isInRecord ? bytes.count * 2 / 3 : 0)..<bytes.count, using: &generator)
            switch generator.next() % 6 {
            case 0: bytes[index] ^= 1 << UInt8(generator.next() % 8)
            case 1: bytes[index] = odd.randomElement(using: &generator) ?? 0
            case 2: bytes.remove(at: index)
            case 3: bytes.insert(odd.randomElement(using: &generator) ?? 0, at: index)
            case 4: bytes.removeSubrange(index...)
            default: bytes[min(index, Int(generator.next() % 12))] = odd.randomElement(using: &generator) ?? 0
            }
        }
    }

    @Test func `damaged streams do not trap, and are not believed`() {
        var generator = SeededGenerator(seed: 99)
        var failures = 0
        for _ in 0..<1_500 {
            let isSparse = Bool.random(using: &generator)
            let messages = isSparse ? Vectors.sparselySignedTransfer : Vectors.signedTransfer
            var client = TransactionClient(Vectors.key())
            var request = Vectors.transferRequest
            #expect(client.sign(&request, wall: Vectors.wall))
            let damaged = Int.random(in: 0..<messages.count, using: &generator)
            var isBroken = false
            for (index, message) in messages.enumerated() where !isBroken {
                var message = message
                if index == damaged { Self.damage(&message, with: &generator) }
                let isSame = message.dropFirst(2) == messages[index].dropFirst(2)
                guard case .failed = client.verify(message, wall: Vectors.wall + 3) else {
                    // Only names that differ in case are as good.
                    let isHarmless = isSame || message.map(lowercased) == messages[index].map(lowercased)
                    if index == damaged, !isHarmless { #expect(!client.isComplete) }
                    continue
                }
                isBroken = true
            }
            if isBroken { failures += 1 }
        }
        #expect(failures > 500)
    }
}
