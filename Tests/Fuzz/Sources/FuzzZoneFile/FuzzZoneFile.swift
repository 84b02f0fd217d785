import CFuzzer
import DNSWire
import DNSZones

/// Any octets as the file of a zone, which may include itself: what has no errors is a zone, and the same when it was written and
/// read again.
@main
enum FuzzZoneFile {
    static let apex: DomainName = "z.test."
    /// One `$GENERATE` after the other could make millions.
    static let maximumRecords = 2_000

    static func main() {
        _ = fuzzer_run(CommandLine.argc, CommandLine.unsafeArgv) { data, count in
            FuzzZoneFile.run(Array(UnsafeBufferPointer(start: data, count: count)))
            return 0
        }
    }

    static func run(_ bytes: [UInt8]) {
        let (tree, problems) = ZoneFile.load(
            source: source("zone", bytes), apex: apex,
            loader: { path, _ in source(path, bytes.suffix(200)) }, limit: maximumRecords)
        precondition(problems.count <= 2 * ZoneFile.maximumProblems + 2)
        for problem in problems { precondition(!problem.description.isEmpty) }
        guard !problems.contains(where: { $0.severity == .error }) else { return }
        guard let version = ZoneVersion(apex: apex, tree: tree) else {
            preconditionFailure("no errors, and no zone")
        }
        ZoneRules.check(tree, apex: apex)
        check(version)
        // Asked for anything it answers.
        for name: DomainName in ["z.test.", "a.z.test.", "a.b.c.z.test.", "*.z.test."] {
            for type in [RecordType.a, .any, .ns, .ds, .soa] {
                _ = version.answer(name, type, dnssecOK: true)
            }
        }
    }

    private static func check(_ version: ZoneVersion) {
        let text = ZoneFile.text(of: version)
        let (tree, problems) = ZoneFile.load(
            source: MasterFileSource(name: "again", text: text), apex: apex)
        precondition(!problems.contains { $0.severity == .error }, "what was written has errors")
        let diff = ZoneDiff(from: version.tree, to: tree)
        precondition(diff.isEmpty || version.hasSignatures, "another zone")
    }

    /// The octets in pieces of eleven.
    private static func source(_ name: String, _ bytes: some Collection<UInt8>) -> MasterFileSource {
        var rest = Array(bytes)[...]
        return MasterFileSource(name: name) {
            defer { rest = rest.dropFirst(11) }
            return rest.isEmpty ? nil : Array(rest.prefix(11))
        }
    }
}

extension ZoneVersion {
    /// The TTLs of signatures are those of what they cover.
    fileprivate var hasSignatures: Bool {
        var cursor = tree.cursor
        while let rrset = cursor.next() { if rrset.type == .rrsig { return true } }
        return false
    }
}
