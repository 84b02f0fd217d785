import CFuzzer
import DNSWire

/// Any octets as the OPT record of a query, behind its name and type.
@main
enum FuzzEDNS {
    static func main() {
        _ = fuzzer_run(CommandLine.argc, CommandLine.unsafeArgv) { data, count in
            FuzzEDNS.run(Array(UnsafeBufferPointer(start: data, count: count)))
            return 0
        }
    }

    static func run(_ bytes: [UInt8]) {
        guard bytes.count >= 6, bytes.count < 60_000 else { return }
        let length = bytes.count - 6
        let packet =
            [0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 1, 0, 0, 1, 0, 1, 0, 0, 41] as [UInt8] + bytes[..<6]
            + [UInt8(length >> 8), UInt8(length & 255)] + bytes[6...]
        let view = QueryView(packet.span)
        guard let message = try? Message(parsing: packet.span), let edns = message.edns else { return }
        precondition(view.fault == nil || view.fault == .badVersion)
        precondition(view.edns?.version == edns.version && view.edns?.dnssecOK == edns.dnssecOK)
        guard let again = try? Message(parsing: message.compose().span) else {
            preconditionFailure("what was composed does not parse")
        }
        // Text that was no UTF-8 is repaired and grows, perhaps past what a message holds.
        if again.edns != nil { precondition(again == message) }
    }
}
