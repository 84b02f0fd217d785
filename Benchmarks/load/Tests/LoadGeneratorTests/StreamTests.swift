import Testing

@testable import LoadGenerator

@Suite struct StreamTests {
    private func messages(_ connection: StreamConnection, _ octets: [UInt8]) -> [[UInt8]] {
        var messages: [[UInt8]] = []
        unsafe octets.withUnsafeBufferPointer { octets in
            unsafe connection.forEachMessage(octets) { unsafe messages.append(Array($0)) }
        }
        return messages
    }

    @Test func `messages are found however the stream is cut`() {
        let sent: [[UInt8]] = [[1, 2, 3], [], Array(repeating: 9, count: 300), [4]]
        var queue = OctetQueue()
        for message in sent { unsafe message.withUnsafeBufferPointer { unsafe queue.append(framed: $0) } }
        let stream = unsafe queue.withUnwritten { unsafe Array($0) }
        #expect(stream.count == 4 * 2 + 304)
        for size in 1...stream.count {
            let connection = StreamConnection(index: 0)
            var found: [[UInt8]] = []
            for start in stride(from: 0, to: stream.count, by: size) {
                found += messages(connection, Array(stream[start..<min(stream.count, start + size)]))
            }
            #expect(found == sent)
        }
    }

    @Test func `a queue forgets what was written`() {
        var queue = OctetQueue()
        unsafe [1, 2, 3, 4].withUnsafeBufferPointer { unsafe queue.append($0) }
        queue.advance(by: 3)
        #expect(queue.count == 1)
        unsafe [5].withUnsafeBufferPointer { unsafe queue.append($0) }
        let rest = unsafe queue.withUnwritten { unsafe Array($0) }
        #expect(rest == [4, 5])
        queue.advance(by: 100)
        #expect(queue.isEmpty)
    }

    @Test func `a number is in a queue once, and comes out in turn`() {
        var queue = IndexQueue(capacity: 3)
        for index in [2, 0, 2, 1, 0] { queue.append(index) }
        #expect(queue.count == 3)
        #expect(queue.popFirst() == 2)
        queue.append(2)
        #expect([queue.popFirst(), queue.popFirst(), queue.popFirst(), queue.popFirst()] == [0, 1, 2, nil])
    }

    @Test(arguments: [
        ("", ""), ("f", "Zg"), ("fo", "Zm8"), ("foo", "Zm9v"), ("foob", "Zm9vYg"), ("fooba", "Zm9vYmE"),
        ("foobar", "Zm9vYmFy"), ("\u{3f}\u{3e}\u{7f}", "Pz5_"),
    ])
    func `base64url is that of RFC 4648`(octets: String, text: String) {
        let source = Array(octets.utf8)
        let (written, end) = unsafe written(capacity: 20) { room in
            unsafe source.withUnsafeBufferPointer { unsafe Base64URL.write($0, to: room, at: 2) }
        }
        #expect(String(decoding: written[2..<end], as: UTF8.self) == text)
    }

    @Test(arguments: [0, 1, 65_535]) func `a stream's ticket tells place and generation`(place: Int) {
        for generation in [0, 1, UInt32.max] {
            let ticket = HTTP2Ticket(bits: HTTP2Ticket(place, generation).bits)
            #expect(ticket.bits != 0)
            #expect(ticket.place == place)
            #expect(ticket.generation == generation)
        }
    }
}
