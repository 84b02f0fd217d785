import DNSWire
import SeededRandom
import Testing

/// RFC 8484 §5.1.
@Suite struct ResponseFreshnessTests {
    private func seconds(_ change: (inout Message) throws -> Void) rethrows -> UInt32 {
        var message = Message(header: Header(id: 1), questions: [Question("www.example.com.", .a)])
        message.header.flags = [.qr]
        try change(&message)
        return ResponseFreshness.seconds(of: message.compose().span)
    }

    private func record(_ text: String) throws -> Record { try Record(text: text) }

    @Test func smallestOfTheAnswers() throws {
        let seconds = try seconds {
            $0.answers = try [
                record("www.example.com. 300 IN CNAME a.example.com."),
                record("a.example.com. 60 IN A 192.0.2.1"),
                record("a.example.com. 61 IN A 192.0.2.2"),
            ]
            // What stands elsewhere is no answer.
            $0.authorities = try [record("example.com. 5 IN NS ns.example.com.")]
            $0.additionals = try [record("ns.example.com. 6 IN A 192.0.2.3")]
        }
        #expect(seconds == 60)
    }

    @Test(arguments: [(900, 300), (200, 200)] as [(UInt32, UInt32)])
    func denialsLastAsLongAsNegativeCachingAllows(ttl: UInt32, wanted: UInt32) throws {
        let soa = try record("example.com. \(ttl) IN SOA ns.example.com. host.example.com. 1 2 3 4 300")
        for code in [ResponseCode.noError, .nxDomain] {
            let seconds = seconds {
                $0.responseCode = code
                $0.authorities = [soa]
            }
            #expect(seconds == wanted)
        }
    }

    @Test func anAliasIntoNothing() throws {
        let seconds = try seconds {
            $0.answers = try [record("www.example.com. 30 IN CNAME a.example.com.")]
            $0.authorities = try [
                record("example.com. 900 IN SOA ns.example.com. host.example.com. 1 2 3 4 300")
            ]
        }
        #expect(seconds == 30)
    }

    @Test func failuresAreNotKept() throws {
        let answer = try record("www.example.com. 300 IN A 192.0.2.1")
        for code in [ResponseCode.serverFailure, .refused, .formatError] {
            let seconds = seconds {
                $0.responseCode = code
                $0.answers = [answer]
            }
            #expect(seconds == 0)
        }
        #expect(seconds { _ in } == 0)
        #expect(
            seconds {
                $0.answers = [answer]
                $0.header.flags = []
            } == 0)
    }

    @Test func damageIsNoTrap() throws {
        var message = Message(header: Header(id: 1), questions: [Question("www.example.com.", .a)])
        message.header.flags = [.qr]
        message.answers = [try record("www.example.com. 300 IN A 192.0.2.1")]
        message.authorities = [
            try record("example.com. 900 IN SOA ns.example.com. host.example.com. 1 2 3 4 300")
        ]
        let whole = message.compose()
        for count in whole.indices { _ = ResponseFreshness.seconds(of: Array(whole[..<count]).span) }
        var random = SeededGenerator(seed: 8_484)
        for _ in 0..<20_000 {
            var octets = whole
            for _ in 0..<3 {
                octets[Int(random.next() % UInt64(octets.count))] = UInt8(truncatingIfNeeded: random.next())
            }
            _ = ResponseFreshness.seconds(of: octets.span)
        }
    }
}
