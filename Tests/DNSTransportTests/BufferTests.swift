import DNSWire
import Testing

@testable import DNSTransport

@Suite("Frames, tables and numbers")
struct BufferTests {
    private func frame(_ octets: [UInt8], _ offset: Int = 0) -> StreamFrame {
        StreamFrame.next(in: octets.span, at: offset)
    }

    private func append(_ message: [UInt8], to output: inout StreamOutput, limit: Int) -> Bool {
        output.append(message.span, limit: limit)
    }

    @Test("a frame is found when its last octet is there, and not before")
    func frames() {
        let stream: [UInt8] = [0, 3, 1, 2, 3, 0, 0, 0, 1, 9]
        func frame(_ count: Int, _ offset: Int) -> StreamFrame {
            self.frame(Array(stream[..<count]), offset)
        }
        for count in 0..<5 { #expect(frame(count, 0) == .incomplete) }
        #expect(frame(5, 0) == .message(2..<5))
        #expect(frame(6, 5) == .incomplete)
        #expect(frame(7, 5) == .message(7..<7))
        #expect(frame(9, 7) == .incomplete)
        #expect(frame(10, 7) == .message(9..<10))
        #expect(frame(10, 10) == .incomplete)
        #expect(frame(10, 11) == .incomplete)
    }

    @Test("the longest frame")
    func longest() {
        let octets = framed([UInt8](repeating: 1, count: 65_535))
        #expect(frame(octets) == .message(2..<65_537))
        #expect(frame(Array(octets.dropLast())) == .incomplete)
    }

    @Test("input is kept in any cut and comes out whole", arguments: 1...9)
    func assembly(chunk: Int) {
        let messages: [[UInt8]] = [[1], [], [2, 3, 4], Array(repeating: 5, count: 300)]
        let stream = messages.flatMap(framed)
        let buffer = MessageBuffer(capacity: 1_024)
        var input = StreamInput()
        var found: [[UInt8]] = []
        for start in stride(from: 0, to: stream.count, by: chunk) {
            let more = stream[start..<min(start + chunk, stream.count)]
            guard input.isCompleted(by: more.count) else {
                unsafe more.withUnsafeBufferPointer { unsafe input.append($0) }
                #expect(!input.hasMessage)
                continue
            }
            var count = unsafe input.move(to: buffer.octets)
            for octet in more {
                unsafe buffer.octets[count] = octet
                count += 1
            }
            var offset = 0
            let octets = unsafe UnsafeBufferPointer(buffer.slice(0..<count))
            while case .message(let range) = unsafe StreamFrame.next(in: octets.span, at: offset) {
                found.append(unsafe Array(octets[range]))
                offset = range.upperBound
            }
            unsafe input.keep(UnsafeBufferPointer(buffer.slice(offset..<count)))
            #expect(!input.hasMessage)
        }
        #expect(found == messages)
        #expect(input.count == 0)
    }

    @Test("output is framed, bounded, and written in any cut")
    func output() {
        var output = StreamOutput()
        let fits = [append([1, 2, 3], to: &output, limit: 8), append([4], to: &output, limit: 8)]
        #expect(fits == [true, true])
        let overflows = append([], to: &output, limit: 8)
        #expect(!overflows)
        #expect(output.count == 8)
        var written: [UInt8] = []
        while !output.isEmpty {
            unsafe output.withUnwritten { unsafe written.append($0[0]) }
            output.advance(by: 1)
        }
        #expect(written == [0, 3, 1, 2, 3, 0, 1, 4])
        output.advance(by: 5)
        #expect(output.count == 0)
        let tooLong = append([UInt8](repeating: 0, count: 65_536), to: &output, limit: .max)
        let longest = append([UInt8](repeating: 0, count: 65_535), to: &output, limit: .max)
        #expect(!tooLong && longest)
        #expect(output.count == 65_537)
    }

    /// Records and frames of HTTP/2 wait in the same kind of output: nothing in them is a length.
    @Test("octets that are no messages are written in any cut", arguments: [1, 2, 3, 7])
    func rawOutput(cut: Int) {
        for octets in [[0, 0, 5], [0, 1, 9, 0], [23, 3, 3, 0, 1, 255], [255]] as [[UInt8]] {
            var output = StreamOutput()
            unsafe octets.withUnsafeBufferPointer { unsafe output.append(octets: $0) }
            var written: [UInt8] = []
            while !output.isEmpty {
                written += unsafe output.withUnwritten { unsafe Array($0.prefix(cut)) }
                output.advance(by: cut)
            }
            #expect(written == octets)
        }
    }

    @Test("what waits is given message by message, the first perhaps in part")
    func messageByMessage() {
        var output = StreamOutput()
        let fits = [[1, 2, 3], [], [4]].map { append($0, to: &output, limit: 100) }
        #expect(fits == [true, true, true])
        func frames() -> [[UInt8]] {
            var frames: [[UInt8]] = []
            unsafe output.forEachFrame {
                frames.append(unsafe Array($0))
                return true
            }
            return frames
        }
        #expect(frames() == [[0, 3, 1, 2, 3], [0, 0], [0, 1, 4]])
        output.advance(by: 4)
        #expect(frames() == [[3], [0, 0], [0, 1, 4]])
        output.advance(by: 3)
        #expect(frames() == [[0, 1, 4]])
        output.advance(by: 3)
        #expect(frames().isEmpty)
    }

    @Test("a slot's old name does not reach its next occupant")
    func slots() throws {
        final class Thing {}
        var table = SlotTable<Thing>(capacity: 2)
        let first = try #require(table.nextKey)
        table.insert(Thing())
        let second = try #require(table.nextKey)
        table.insert(Thing())
        #expect(table.isFull && table.nextKey == nil)
        table.insert(Thing())
        #expect(table.count == 2)
        let removals = [table.remove(first) != nil, table.remove(first) != nil]
        #expect(removals == [true, false])
        let third = try #require(table.nextKey)
        table.insert(Thing())
        #expect(third != first && third.slot == first.slot)
        #expect(table[first] == nil && table[third] != nil && table[second] != nil)
        #expect(table[SlotKey(bits: .max >> 8)] == nil)
    }

    @Test("source ports are spread evenly over 1024 to 65535")
    func ports() throws {
        var random = RandomSource()
        var buckets = [Int](repeating: 0, count: 63)
        let draws = 63_000
        for _ in 0..<draws {
            let drawn = random.nextPort()
            let port = Int(try #require(drawn))
            #expect(port >= 1_024)
            buckets[(port - 1_024) / 1_024] += 1
        }
        // Chi-squared with 62 degrees of freedom exceeds 150 once in a hundred million runs.
        let expected = Double(draws) / 63
        let chiSquared = buckets.reduce(0) {
            $0 + (Double($1) - expected) * (Double($1) - expected) / expected
        }
        #expect(chiSquared < 150)
    }

    @Test("a client's connections are counted, mapped addresses with the address that they map")
    func quota() {
        var quota = ClientQuota(limit: 2)
        let plain = IPAddress(192, 0, 2, 1)
        let mapped = IPAddress(ipv6: 0xffff << 32 | UInt128(plain.bits))
        quota.take(plain)
        quota.take(mapped)
        #expect(quota.isExhausted(plain) && quota.isExhausted(mapped))
        quota.giveBack(mapped)
        #expect(!quota.isExhausted(plain))
        quota.giveBack(plain)
        quota.giveBack(plain)
        #expect(!quota.isExhausted(plain))
    }
}
