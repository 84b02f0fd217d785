import CFuzzer

/// Any octets as a stream of DNS messages, in pieces of any size: the messages found are those of the whole, as the stream
/// server puts them together; and what is to be written comes out as it was put in.
@main
enum FuzzStream {
    static func main() {
        _ = fuzzer_run(CommandLine.argc, CommandLine.unsafeArgv) { data, count in
            FuzzStream.run(Array(UnsafeBufferPointer(start: data, count: count)))
            return 0
        }
    }

    /// The first octet says how many of the next are sizes of pieces; they are used in turn.
    static func run(_ bytes: [UInt8]) {
        guard let sizeCount = bytes.first.map({ Int($0 & 7) + 1 }), bytes.count > sizeCount else { return }
        let sizes = bytes[1...sizeCount].map { Int($0) + 1 }
        let stream = Array(bytes[(sizeCount + 1)...])
        let (whole, rest) = messages(in: stream)
        let (found, kept) = read(stream, sizes)
        precondition(found == whole)
        precondition(kept == rest)
        write(whole, sizes)
    }

    private static func messages(in stream: [UInt8]) -> (messages: [[UInt8]], rest: [UInt8]) {
        var messages: [[UInt8]] = []
        var rest = stream[...]
        while rest.count >= 2 {
            let length = Int(rest[rest.startIndex]) << 8 | Int(rest[rest.startIndex + 1])
            guard rest.count >= 2 + length else { break }
            messages.append(Array(rest.dropFirst(2).prefix(length)))
            rest = rest.dropFirst(2 + length)
        }
        return (messages, Array(rest))
    }

    private static func read(_ stream: [UInt8], _ sizes: [Int]) -> (messages: [[UInt8]], kept: [UInt8]) {
        let buffer = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: 2 * StreamFrame.longestFrame)
        defer { buffer.deallocate() }
        buffer.initialize(repeating: 0xaa)
        var input = StreamInput()
        var found: [[UInt8]] = []
        var position = 0
        var turn = 0
        while position < stream.count {
            let piece = stream[position..<min(stream.count, position + sizes[turn % sizes.count])]
            position = piece.endIndex
            turn += 1
            guard input.isCompleted(by: piece.count) else {
                piece.withUnsafeBufferPointer { input.append($0) }
                continue
            }
            let kept = input.move(to: buffer)
            for (index, octet) in piece.enumerated() { buffer[kept + index] = octet }
            let octets = UnsafeBufferPointer(rebasing: UnsafeBufferPointer(buffer)[..<(kept + piece.count)])
            var offset = 0
            while case .message(let range) = StreamFrame.next(in: octets.span, at: offset) {
                found.append(Array(octets[range]))
                offset = range.upperBound
            }
            input.keep(UnsafeBufferPointer(rebasing: octets[offset...]))
            precondition(!input.hasMessage)
        }
        return (found, input.bytes)
    }

    private static func write(_ messages: [[UInt8]], _ sizes: [Int]) {
        var output = StreamOutput()
        var written: [UInt8] = []
        var expected: [UInt8] = []
        for (turn, message) in messages.enumerated() {
            let limit = 40 * sizes[turn % sizes.count]
            let isTaken = output.append(message.span, limit: limit)
            precondition(isTaken == (expected.count - written.count + 2 + message.count <= limit))
            if isTaken {
                expected += [UInt8(message.count >> 8), UInt8(message.count & 0xff)] + message
            }
            let count = min(output.count, sizes[turn % sizes.count])
            written += output.withUnwritten { Array($0.prefix(count)) }
            output.advance(by: count)
        }
        written += output.withUnwritten { Array($0) }
        output.advance(by: output.count)
        precondition(output.isEmpty && written == expected)
    }
}
