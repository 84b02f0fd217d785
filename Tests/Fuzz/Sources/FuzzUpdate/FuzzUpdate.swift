import CFuzzer
import DNSWire
import DNSZones

/// Any octets as an UPDATE message: what can be read is written and read again; what is refused leaves no trace; and what is done
/// leaves a zone that is one, and a change that makes the new version of the old.
@main
enum FuzzUpdate {
    static let wall: Int64 = 1_700_000_000

    static func main() {
        _ = fuzzer_run(CommandLine.argc, CommandLine.unsafeArgv) { data, count in
            FuzzUpdate.run(Array(UnsafeBufferPointer(start: data, count: count)))
            return 0
        }
    }

    /// The first octet says who asks, and how serials move on; messages with their lengths before them follow, which are applied
    /// to one draft as those of a group of commits are.
    static func run(_ bytes: [UInt8]) {
        guard let mode = bytes.first, let base = UpdatedZone.version else { return }
        let requestor = Requestor(
            key: mode & 1 == 0 ? "full." : "narrow.", address: IPAddress(192, 0, 2, 1),
            isStream: mode & 2 == 0)
        let serial = SerialPolicy.allCases[Int(mode >> 2) % SerialPolicy.allCases.count]
        var draft = ZoneDraft(base)
        for octets in messages(in: bytes.dropFirst()) {
            let message: UpdateMessage
            do throws(UpdateFault) {
                message = try UpdateMessage(parsing: octets.span)
            } catch {
                precondition([.formatError, .notZone, .badVersion].contains(error.responseCode))
                continue
            }
            checkRoundTrip(message)
            let savepoint = draft
            let result = message.apply(
                to: &draft, by: requestor, policy: UpdatedZone.policy, serial: serial, wall: wall)
            check(result, of: message, savepoint.tree, draft.tree)
            precondition(mode & 1 == 0 || isWithinRights(base.tree, draft.tree), "not granted")
            if result.responseCode != .noError { draft = savepoint }
        }
        ZoneRules.check(draft.tree, apex: base.apex)
        check(draft, serial)
    }

    private static func messages(in stream: ArraySlice<UInt8>) -> [[UInt8]] {
        var messages: [[UInt8]] = []
        var rest = stream
        while rest.count > 2, messages.count < 4 {
            let length = Int(rest[rest.startIndex]) << 8 | Int(rest[rest.startIndex + 1])
            messages.append(Array(rest.dropFirst(2).prefix(length)))
            rest = rest.dropFirst(2 + length)
        }
        return messages
    }

    // --- The message ---

    /// Names take other letters where they are compressed, which makes no difference.
    private static func checkRoundTrip(_ message: UpdateMessage) {
        guard let octets = message.compose(id: 7) else { return }
        guard let again = try? UpdateMessage(parsing: octets.span) else {
            preconditionFailure("an update cannot be read again")
        }
        precondition(again.zone == message.zone && again.zoneClass == message.zoneClass)
        precondition(again.edns == message.edns)
        precondition(again.prerequisites.map(\.canonical) == message.prerequisites.map(\.canonical))
        precondition(again.operations.map(\.canonical) == message.operations.map(\.canonical))
    }

    // --- What came of it ---

    private static let codes: Set<ResponseCode> = [
        .noError, .notAuth, .refused, .nxDomain, .yxDomain, .nxRRset, .yxRRset,
    ]

    private static func check(
        _ result: UpdateResult, of message: UpdateMessage, _ old: ZoneTree, _ new: ZoneTree
    ) {
        precondition(codes.contains(result.responseCode))
        let diff = ZoneDiff(from: old, to: new)
        precondition(result.responseCode == .noError || diff.isEmpty, "half applied")
        precondition(result.isChanged || diff.isEmpty, "changed and not said")
        // What a message without changes does.
        precondition(!message.operations.isEmpty || diff.isEmpty)
        let touched = Set(message.operations.map(\.ownerName) + [message.zone])
        for record in diff.removed + diff.added { precondition(touched.contains(record.ownerName)) }
    }

    /// Whether only what the narrow key may change is different.
    private static func isWithinRights(_ old: ZoneTree, _ new: ZoneTree) -> Bool {
        let diff = ZoneDiff(from: old, to: new)
        return (diff.removed + diff.added).allSatisfy { record in
            record.type == .soa || record.ownerName.isSubdomain(of: "dyn.z.test.") && record.type != .txt
        }
    }

    // --- The change ---

    private static func check(_ draft: ZoneDraft, _ serial: SerialPolicy) {
        guard let result = draft.finished(serial: serial, wall: wall) else {
            let diff = ZoneDiff(from: draft.base.tree, to: draft.tree)
            precondition(diff.isEmpty, "a change that is none")
            return
        }
        precondition(result.version.serial.isNewer(than: draft.base.serial))
        precondition(result.version.serial.rawValue != 0)
        ZoneRules.check(result.version.tree, apex: draft.apex)
        // What the journal keeps makes the same of the base.
        var tree = draft.base.tree
        do throws(ZoneChangeError) {
            try tree.apply(result.change)
        } catch {
            preconditionFailure("\(error)")
        }
        precondition(ZoneDiff(from: tree, to: result.version.tree).isEmpty, "another zone")
    }
}

extension Prerequisite {
    fileprivate var canonical: Prerequisite {
        guard case .rrsetEquals(let name, let type, let rdatas) = self else { return self }
        return .rrsetEquals(name, type, rdatas.map { RData(unchecked: $0.canonical(for: type)) })
    }
}

extension UpdateOperation {
    fileprivate var canonical: UpdateOperation {
        switch self {
        case .add(var record):
            record.rdata = RData(unchecked: record.rdata.canonical(for: record.type))
            return .add(record)
        case .deleteRecord(let name, let type, let rdata):
            return .deleteRecord(name, type, RData(unchecked: rdata.canonical(for: type)))
        case .deleteRRset, .deleteName: return self
        }
    }
}
