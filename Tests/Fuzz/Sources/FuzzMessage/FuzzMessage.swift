import CFuzzer
import DNSWire

/// Any octets as a message: what parses is composed to the same, has text that reads to the same, and the view of the
/// packet path agrees with it.
@main
enum FuzzMessage {
    static func main() {
        _ = fuzzer_run(CommandLine.argc, CommandLine.unsafeArgv) { data, count in
            FuzzMessage.run(Array(UnsafeBufferPointer(start: data, count: count)))
            return 0
        }
    }

    static func run(_ bytes: [UInt8]) {
        let view = QueryView(bytes.span)
        guard let message = try? Message(parsing: bytes.span) else { return }
        if !message.header.isResponse {
            precondition(view.fault != .malformed && view.fault != .badOption && view.fault != .notAQuery)
            if message.questions.count == 1, let question = message.questions.first {
                precondition(
                    Array(bytes[view.qnameRange]) == question.qname.wire && view.qtype == question.qtype)
            }
        }
        checkWire(of: message)
        checkText(of: message)
        for limit in [12, 100, 512, 1232] {
            let composed = message.compose(limit: limit)
            precondition(composed.count <= limit)
            precondition((try? Message(parsing: composed.span)) != nil)
        }
    }

    static func checkWire(of message: Message) {
        let composed = message.compose()
        guard let again = try? Message(parsing: composed.span) else {
            preconditionFailure("what was composed does not parse")
        }
        // Compression is not always as good as the sender's, so a message near the limit may be cut.
        if again.header.flags.contains(.tc), !message.header.flags.contains(.tc) { return }
        if composed.count > 60_000 { return }
        precondition(again.questions == message.questions && again.edns == message.edns)
        precondition(again.responseCode == message.responseCode && again.header.id == message.header.id)
        for (a, b) in [
            (again.answers, message.answers), (again.authorities, message.authorities),
            (again.additionals, message.additionals),
        ] {
            precondition(a.count == b.count)
            for (a, b) in zip(a, b) {
                precondition(a.ownerName == b.ownerName && a.type == b.type && a.recordClass == b.recordClass)
                // Compression may change the case of letters in names.
                precondition(
                    a.ttl == b.ttl && a.rdata.canonical(for: a.type) == b.rdata.canonical(for: b.type))
            }
        }
    }

    static func checkText(of message: Message) {
        for record in message.answers + message.authorities + message.additionals {
            guard let again = try? Record(text: record.description) else {
                preconditionFailure("unreadable: \(record)")
            }
            precondition(again == record, "read differently: \(record)")
        }
    }
}
