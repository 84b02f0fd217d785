import CFuzzer
import DNSWire
import DNSZones

/// Any octets as the messages of a transfer: what completes is what the messages say, read by a plain model; and a zone that
/// came goes out and comes in again as it was.
@main
enum FuzzTransfer {
    static func main() {
        _ = fuzzer_run(CommandLine.argc, CommandLine.unsafeArgv) { data, count in
            FuzzTransfer.run(Array(UnsafeBufferPointer(start: data, count: count)))
            return 0
        }
    }

    /// Of the first octet, one bit says whether changes are asked for and one whether over UDP. Messages with their lengths
    /// before them follow.
    static func run(_ bytes: [UInt8]) {
        guard let mode = bytes.first, let version = HeldZone.version else { return }
        let held = mode & 1 == 0 ? nil : version
        let isDatagram = mode & 2 != 0
        let messages = messages(in: bytes.dropFirst())
        var transfer = IncomingTransfer(
            of: HeldZone.apex, held.map { .incremental(since: $0) } ?? .full, id: 7, isDatagram: isDatagram)
        for (index, message) in messages.enumerated() {
            switch transfer.receive(message.span) {
            case .needsMore:
                precondition(!isDatagram)
            case .failed:
                return
            case .complete(let outcome):
                check(outcome, Array(messages[...index]), held, isDatagram)
                return
            }
        }
    }

    private static func messages(in stream: ArraySlice<UInt8>) -> [[UInt8]] {
        var messages: [[UInt8]] = []
        var rest = stream
        while rest.count > 2 {
            let length = Int(rest[rest.startIndex]) << 8 | Int(rest[rest.startIndex + 1])
            messages.append(Array(rest.dropFirst(2).prefix(length)))
            rest = rest.dropFirst(2 + length)
        }
        return messages
    }

    private static func check(
        _ outcome: IncomingTransfer.Outcome, _ messages: [[UInt8]], _ held: ZoneVersion?, _ isDatagram: Bool
    ) {
        let version: ZoneVersion
        switch outcome {
        case .upToDate(let serial):
            precondition(held.map { !serial.isNewer(than: $0.serial) } == true)
            return
        case .askOverStream:
            precondition(isDatagram)
            return
        case .full(let new):
            version = new
        case .changes(let new, let changes):
            version = new
            precondition(new.serial == changes.last?.newSerial && held?.serial == changes.first?.oldSerial)
        }
        let expected = TransferModel.result(messages, of: HeldZone.apex, held: held)
        precondition(expected == TransferModel.lines(version.tree), "not what was sent")
        checkRoundTrip(version)
    }

    private static func checkRoundTrip(_ version: ZoneVersion) {
        let query = IncomingTransfer(of: version.apex, .full, id: 9).request
        guard let request = try? TransferRequest(query, isDatagram: false) else { preconditionFailure() }
        var transfer = OutgoingTransfer(request, .full, of: version, messageSize: 512)
        var copy = IncomingTransfer(of: version.apex, .full, id: 9)
        while let message = transfer.nextMessage() {
            guard case .complete(.full(let new)) = copy.receive(message.span) else { continue }
            precondition(transfer.isFinished)
            // The letters too; TTLs of signatures are those of what they cover.
            precondition(ZoneDiff(from: version.tree, to: new.tree).isEmpty || version.hasSignatures)
            return
        }
        precondition(transfer.hasFailed, "what was sent did not arrive")
    }
}

extension ZoneVersion {
    fileprivate var hasSignatures: Bool {
        var cursor = tree.cursor
        while let rrset = cursor.next() { if rrset.type == .rrsig { return true } }
        return false
    }
}
