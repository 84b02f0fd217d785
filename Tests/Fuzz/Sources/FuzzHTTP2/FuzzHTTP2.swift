import CFuzzer
import DNSOverHTTP
import DNSWire

/// Any octets as frames of HTTP/2, behind a client's preface and settings. The first octet says how they are cut and
/// whether queries are answered at once.
@main
enum FuzzHTTP2 {
    static func main() {
        _ = fuzzer_run(CommandLine.argc, CommandLine.unsafeArgv) { data, count in
            FuzzHTTP2.run(Array(UnsafeBufferPointer(start: data, count: count)))
            return 0
        }
    }

    static let opening = Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8) + [0, 0, 0, 4, 0, 0, 0, 0, 0]

    static func run(_ bytes: [UInt8]) {
        guard let first = bytes.first else { return }
        let octets = opening + bytes.dropFirst()
        let step = 1 + Int(first >> 1) * 4
        let connection = DoHConnection(
            version: .detected, peer: IPAddress(127, 0, 0, 1), settings: DoHSettings(),
            counters: DoHCounterSet())
        var buffer = [UInt8](repeating: 0, count: 65_535)
        var output: [UInt8] = []
        var streams: [UInt32] = []
        for start in stride(from: 0, to: octets.count, by: step) {
            let piece = Array(octets[start..<min(octets.count, start + step)])
            connection.receive(piece.span)
            while true {
                var room = buffer.mutableSpan
                guard let query = connection.nextQuery(into: &room) else { break }
                precondition(query.count >= 12 && connection.pendingCount <= 100)
                if first & 1 == 0 {
                    let answer = Array(buffer[..<query.count])
                    connection.respond(answer.span, to: query.stream, maxAge: 1)
                } else {
                    streams.append(query.stream)
                }
            }
            connection.withUnsent { output += $0 }
            connection.sent(connection.unsentCount)
        }
        for stream in streams { connection.refuse(stream, .unavailable) }
        precondition(connection.pendingCount == 0)
        while connection.unsentCount > 0 {
            connection.withUnsent { output += $0 }
            connection.sent(connection.unsentCount)
        }
        checkFrames(output)
    }

    /// What was written is whole frames.
    static func checkFrames(_ octets: [UInt8]) {
        var offset = 0
        while offset < octets.count {
            precondition(octets.count - offset >= 9, "a header is cut off")
            let length = Int(octets[offset]) << 16 | Int(octets[offset + 1]) << 8 | Int(octets[offset + 2])
            precondition(octets[offset + 3] <= 9 && octets.count - offset - 9 >= length, "a frame is cut off")
            offset += 9 + length
        }
    }
}
