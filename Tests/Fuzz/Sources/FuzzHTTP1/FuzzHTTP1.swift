import CFuzzer
import DNSOverHTTP
import DNSWire

/// Any octets as requests of HTTP/1.1: in one piece, and in pieces as long as the first octet says.
@main
enum FuzzHTTP1 {
    static func main() {
        _ = fuzzer_run(CommandLine.argc, CommandLine.unsafeArgv) { data, count in
            FuzzHTTP1.run(Array(UnsafeBufferPointer(start: data, count: count)))
            return 0
        }
    }

    static func run(_ bytes: [UInt8]) {
        guard let first = bytes.first else { return }
        let octets = Array(bytes.dropFirst())
        let whole = converse([octets[...]])
        let step = 1 + Int(first)
        let pieces = stride(from: 0, to: octets.count, by: step).map {
            octets[$0..<min(octets.count, $0 + step)]
        }
        let split = converse(pieces)
        precondition(whole.messages == split.messages, "the pieces make other queries")
        precondition(whole.output == split.output, "the pieces make another output")
    }

    static func converse(_ pieces: [ArraySlice<UInt8>]) -> (messages: [[UInt8]], output: [UInt8]) {
        let connection = DoHConnection(
            version: .http1, peer: IPAddress(127, 0, 0, 1), settings: settings, counters: DoHCounterSet())
        var messages: [[UInt8]] = []
        var output: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_535)
        for piece in pieces {
            let octets = Array(piece)
            connection.receive(octets.span)
            while true {
                var room = buffer.mutableSpan
                if let query = connection.nextQuery(into: &room) {
                    precondition(query.count >= 12 && connection.pendingCount == 1)
                    messages.append(Array(buffer[..<query.count]))
                    let answer = Array(buffer[..<12])
                    connection.respond(answer.span, to: query.stream, maxAge: 1)
                }
                guard connection.unsentCount > 0 else { break }
                connection.withUnsent { output += $0 }
                connection.sent(connection.unsentCount)
            }
        }
        return (messages, output)
    }

    static var settings: DoHSettings {
        var settings = DoHSettings()
        settings.trustedProxies = [IPNetwork("127.0.0.0/8")].compactMap(\.self)
        return settings
    }
}
