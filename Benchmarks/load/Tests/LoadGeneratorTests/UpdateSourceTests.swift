import DNSCrypto
import DNSWire
import DNSZones
import Testing

@testable import LoadGenerator

@Suite struct UpdateSourceTests {
    private let key = TransactionKey("key.example.", .hmacSHA256, secret: Array(repeating: 7, count: 32))
    private let wall: Int64 = 1_800_000_000

    private func message(_ source: UpdateSource, _ number: UInt64, id: UInt16, capacity: Int = 1_024)
        -> [UInt8]?
    {
        let (octets, query) = unsafe written(capacity: capacity) {
            unsafe source.write(number, id: id, wall: wall, to: $0)
        }
        return query.map { Array(octets.prefix($0.count)) }
    }

    private func isProved(_ source: UpdateSource, _ answer: [UInt8], id: UInt16) -> Bool {
        unsafe answer.withUnsafeBufferPointer { unsafe source.isProved($0, id: id, wall: wall) }
    }

    @Test func `an update replaces the address of a host, with another one in each turn`() throws {
        let source = UpdateSource(UpdateWork(zone: "lab.example.", key: nil, hostCount: 10), thread: (0, 1))
        let octets = try #require(message(source, 3, id: 9))
        let update = try UpdateMessage(parsing: octets.span)
        #expect(update.zone == "lab.example.")
        #expect(update.operations.count == 2)
        #expect(update.operations.first == .deleteRRset("host3.lab.example.", .a))
        #expect(source.record(3)?.ownerName == source.record(13)?.ownerName)
        #expect(source.record(3)?.rdata != source.record(13)?.rdata)
        #expect(source.record(3)?.ownerName != source.record(4)?.ownerName)
    }

    @Test func `threads have different updates`() {
        let work = UpdateWork(zone: "lab.example.", key: nil, hostCount: 10)
        let numbers = (0..<2).flatMap { index in
            let source = UpdateSource(work, thread: (index, 2))
            return (0..<3).map { _ in source.next() }
        }
        #expect(Set(numbers) == [0, 1, 2, 3, 4, 5])
    }

    @Test func `the server's own code takes the signature, and its answer is believed once`() throws {
        let source = UpdateSource(UpdateWork(zone: "lab.example.", key: key, hostCount: 10), thread: (0, 1))
        let request = try #require(message(source, 0, id: 77))
        let verdict = TransactionVerifier.verify(request.span, keys: KeyRing([key]), wall: wall)
        guard case .signed(var session) = verdict else {
            Issue.record("the signature was not taken")
            return
        }
        var header = Header(id: 77, opcode: .update)
        header.flags = .qr
        var answer = Message(header: header, questions: [Question("lab.example.", .soa)]).compose()
        #expect(!isProved(source, answer, id: 77))
        let again = try #require(message(source, 0, id: 77))
        #expect(again == request)
        #expect(session.sign(&answer, limit: 65_535, wall: wall))
        #expect(isProved(source, answer, id: 77))
        #expect(!isProved(source, answer, id: 77))
    }

    @Test func `where nothing is signed, nothing has to be proved`() {
        let source = UpdateSource(UpdateWork(zone: "lab.example.", key: nil, hostCount: 1), thread: (0, 1))
        #expect(isProved(source, [], id: 1))
    }

    @Test func `without room nothing is written`() {
        let work = UpdateWork(zone: "lab.example.", key: key, hostCount: 1)
        #expect(message(UpdateSource(work, thread: (0, 1)), 0, id: 1, capacity: 100) == nil)
    }
}
