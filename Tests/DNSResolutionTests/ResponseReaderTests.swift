import DNSWire
import Testing

@testable import DNSResolution

@Suite struct ResponseReaderTests {
    private func reader(_ answers: [Record], zone: DomainName = "example.") -> ResponseReader {
        var message = Message(questions: [Question("www.example.", .a)])
        message.answers = answers
        return ResponseReader(
            question: Question("www.example.", .a), zone: zone, limits: ResolutionLimits(),
            isForwarder: false,
            message: message)
    }

    private func address(_ number: Int, _ owner: DomainName = "www.example.", ttl: UInt32 = 60) -> Record {
        Record(owner, .a, ttl: ttl, .address(IPAddress(192, 0, UInt8(number >> 8), UInt8(number & 255))))
    }

    /// RFC 2181 §5, however many there are.
    @Test(arguments: [1, 2, 15, 16, 17, 300])
    func duplicatesAreDropped(count: Int) {
        let once = (0..<count).map { address($0) }
        guard case .answer(let chain, let rrset) = reader(once + once.reversed() + once).classify() else {
            Issue.record("no answer")
            return
        }
        #expect(chain.isEmpty)
        #expect(rrset.rdatas == once.map(\.rdata))
    }

    @Test func whatIsOfAnotherZoneOrClassIsNotRead() {
        var foreign = address(2)
        foreign.recordClass = .chaos
        let records = [
            address(1), Record("www.example.", .cname, .chaos, ttl: 60, .name("evil.test.")), foreign,
            address(3, "www.test."), address(4),
        ]
        guard case .answer(_, let rrset) = reader(records).classify() else {
            Issue.record("no answer")
            return
        }
        #expect(rrset.rdatas == [records[0].rdata, records[4].rdata])
        guard case .empty = reader(records, zone: "test.").classify() else {
            Issue.record("an answer from a zone that the name is not in")
            return
        }
    }
}
