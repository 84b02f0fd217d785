import CFuzzer
import DNSWire

/// Any octets as the RDATA of the type in the first two, and as its text.
@main
enum FuzzRData {
    static func main() {
        _ = fuzzer_run(CommandLine.argc, CommandLine.unsafeArgv) { data, count in
            FuzzRData.run(Array(UnsafeBufferPointer(start: data, count: count)))
            return 0
        }
    }

    static func run(_ bytes: [UInt8]) {
        guard bytes.count >= 2 else { return }
        // Types up to 511 are those with a format.
        let type = RecordType(rawValue: UInt16(bytes[0] & 1) << 8 | UInt16(bytes[1]))
        let rest = Array(bytes[2...])
        if let rdata = try? RData(parsing: rest.span, at: 0, length: rest.count, type: type) {
            check(rdata, type)
        }
        if let rdata = try? RData(text: String(decoding: rest, as: UTF8.self), type: type) {
            guard
                let parsed = try? RData(
                    parsing: rdata.bytes.span, at: 0, length: rdata.bytes.count, type: type)
            else {
                preconditionFailure("text made bad data: \(type)")
            }
            precondition(parsed == rdata)
            check(rdata, type)
        }
    }

    static func check(_ rdata: RData, _ type: RecordType) {
        let text = rdata.text(for: type)
        guard let again = try? RData(text: text, type: type) else {
            preconditionFailure("unreadable: \(type) \(text)")
        }
        precondition(again == rdata, "read differently: \(type) \(text)")
        precondition(rdata.canonical(for: type).count == rdata.bytes.count)
        if type == .soa, let soa = StartOfAuthority(rdata) { precondition(soa.rdata == rdata) }
    }
}
