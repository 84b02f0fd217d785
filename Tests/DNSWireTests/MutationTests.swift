import DNSWire
import SeededRandom
import Testing

/// Random damage to good messages, the same on every run: nothing traps, and the two readers agree.
@Suite struct MutationTests {
    static func seeds() throws -> [[UInt8]] {
        var query = Message(header: Header(id: 1), questions: [Question("WwW.example.com.", .aaaa)])
        query.header.flags = [.rd]
        query.edns = EDNS(
            dnssecOK: true,
            options: [.cookie(client: Array(1...8), server: []), .padding(3), .tcpKeepalive(nil)])
        var response = query
        response.header.flags = [.qr, .rd, .ra]
        for (type, text) in RecordTextTests.samples {
            response.answers.append(try Record(text: "www.example.com. 300 IN \(type) \(text)"))
        }
        response.authorities = [try Record(text: "example.com. 5 IN NS ns.example.com.")]
        var asked = query
        asked.additionals = [try Record(text: "ns.example.com. 5 IN A 192.0.2.1")]
        return [
            query.compose(), response.compose(), asked.compose(),
            Message(questions: [Question(".", .ns)]).compose(),
        ]
    }

    static func mutate(_ bytes: inout [UInt8], with generator: inout SeededGenerator) {
        for _ in 0...Int.random(in: 0...3, using: &generator) where !bytes.isEmpty {
            let index = Int.random(in: bytes.indices, using: &generator)
            switch Int.random(in: 0...5, using: &generator) {
            case 0: bytes[index] = UInt8.random(in: 0...255, using: &generator)
            case 1: bytes[index] ^= 1 << UInt8.random(in: 0...7, using: &generator)
            case 2: bytes.remove(at: index)
            case 3: bytes.insert([0, 1, 0xc0, 12, 63, 64, 255][Int(generator.next() % 7)], at: index)
            case 4: bytes.removeSubrange(index...)
            default: bytes[index] = [0, 1, 0xc0, 12, 63, 64, 255][Int(generator.next() % 7)]
            }
        }
    }

    @Test func readersAgree() throws {
        var generator = SeededGenerator(seed: 20_240_601)
        let seeds = try Self.seeds()
        var parsedCount = 0
        for _ in 0..<8_000 {
            var bytes = seeds[Int(generator.next() % UInt64(seeds.count))]
            Self.mutate(&bytes, with: &generator)
            let view = QueryView(bytes.span)
            guard let message = try? Message(parsing: bytes.span) else { continue }
            parsedCount += 1
            guard !message.header.isResponse else {
                #expect(view.fault == .notAQuery)
                continue
            }
            #expect(
                view.fault != .malformed && view.fault != .notAQuery && view.fault != .badOption, "\(bytes)")
            #expect(view.header == message.header)
            if let question = message.questions.first, message.questions.count == 1 {
                #expect(view.qnameLength == question.qname.wire.count && view.qtype == question.qtype)
                #expect(view.qclass == question.qclass)
                #expect(Array(bytes[view.qnameRange]) == question.qname.wire)
            }
            if message.header.opcode == .query, view.fault == nil {
                #expect((view.edns == nil) == (message.edns == nil))
                #expect(view.edns?.dnssecOK == message.edns?.dnssecOK)
                #expect(
                    view.edns.map { Int($0.payloadSize) }
                        == message.edns.map { max(512, Int($0.payloadSize)) })
            }
        }
        #expect(parsedCount > 500)
    }

    /// Whatever parses is composed to something that parses to the same, and has a text that reads to the same.
    @Test func whatParsesRoundTrips() throws {
        var generator = SeededGenerator(seed: 7)
        let seeds = try Self.seeds()
        for _ in 0..<800 {
            var bytes = seeds[Int(generator.next() % UInt64(seeds.count))]
            Self.mutate(&bytes, with: &generator)
            guard let message = try? Message(parsing: bytes.span) else { continue }
            let again = try Message(parsing: message.compose().span)
            #expect(again.header.id == message.header.id && again.questions == message.questions)
            #expect(again.edns == message.edns && again.responseCode == message.responseCode)
            // Compression may change the case of letters in names.
            for (a, b) in [
                (again.answers, message.answers), (again.authorities, message.authorities),
                (again.additionals, message.additionals),
            ] {
                #expect(a.count == b.count)
                for (a, b) in zip(a, b) {
                    #expect(a.ownerName == b.ownerName && a.type == b.type && a.ttl == b.ttl)
                    #expect(a.rdata.canonical(for: a.type) == b.rdata.canonical(for: b.type))
                    #expect(try Record(text: b.description) == b)
                }
            }
        }
    }
}
