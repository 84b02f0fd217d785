import CFuzzer
import DNSOverHTTP
import DNSWire

/// Any octets as a header of the proxy protocol, and as fields in which proxies name a client.
@main
enum FuzzProxy {
    static func main() {
        _ = fuzzer_run(CommandLine.argc, CommandLine.unsafeArgv) { data, count in
            FuzzProxy.run(Array(UnsafeBufferPointer(start: data, count: count)))
            return 0
        }
    }

    static let trusted = [IPNetwork("10.0.0.0/8")].compactMap(\.self)

    static func run(_ bytes: [UInt8]) {
        let result = ProxyHeader.read(bytes.span)
        if case .header(let length, _, _) = result {
            precondition(length <= bytes.count)
            // Nothing behind the header counts, and nothing less is one.
            let (exact, short) = (Array(bytes[..<length]), Array(bytes[..<(length - 1)]))
            precondition(ProxyHeader.read(exact.span) == result)
            precondition(ProxyHeader.read(short.span) == .incomplete)
        }
        var forwarded = Forwarding()
        forwarded.readForwarded(bytes.span, trusted: trusted)
        var forwardedFor = Forwarding()
        forwardedFor.readForwardedFor(bytes.span, trusted: trusted)
        // Whatever a client sends, the hop that a proxy adds decides.
        let added = Array("192.0.2.1, 10.0.0.1".utf8)
        forwardedFor.readForwardedFor(added.span, trusted: trusted)
        precondition(forwardedFor.client == IPAddress(192, 0, 2, 1) && !forwardedFor.isDoubtful)
    }
}
