import CFuzzer
import DNSWire
import DNSZones

/// Any octets as a row of the state database, with a check that fits them: what can be read is written again as the same.
@main
enum FuzzStoredRow {
    static func main() {
        _ = fuzzer_run(CommandLine.argc, CommandLine.unsafeArgv) { data, count in
            FuzzStoredRow.run(Array(UnsafeBufferPointer(start: data, count: count)))
            return 0
        }
    }

    /// The first octet is the kind of row; what stands behind the check follows.
    static func run(_ bytes: [UInt8]) {
        guard let kind = bytes.first else { return }
        // As it came it has no right check, but for one time in many.
        _ = try? StoredChange.parse(bytes)
        let row = checked(kind & 1 == 0 ? 1 : 2, Array(bytes.dropFirst()))
        if kind & 1 == 0 {
            if let change = try? StoredChange.parse(row) { check(change) }
        } else {
            checkSnapshot(row)
        }
    }

    private static func checked(_ kind: UInt8, _ body: [UInt8]) -> [UInt8] {
        var row: [UInt8] = [UInt8(ascii: "H"), UInt8(ascii: "Z"), kind, 1]
        row += [UInt8](repeating: 0, count: 8)
        row += body
        let key = SipHash.Key(low: 0x686f_6d69_6e67, high: 0x7a_6f6e_6573)
        let check = SipHash.hash13(row.span, 12..<row.count, key: key)
        for index in 0..<8 { row[4 + index] = UInt8(truncatingIfNeeded: check >> UInt64(56 - index * 8)) }
        return row
    }

    private static func check(_ change: ZoneChange) {
        guard let again = try? StoredChange.parse(StoredChange.compose(change)) else {
            preconditionFailure("a change cannot be read again")
        }
        precondition(again == change)
    }

    private static func checkSnapshot(_ row: [UInt8]) {
        var offset = 12
        guard let apex = try? DomainName(parsing: row.span, at: &offset) else { return }
        var tree = ZoneTree()
        guard (try? StoredSnapshot.parse(row, apex: apex, { tree.set($0) })) != nil,
            let version = ZoneVersion(apex: apex, tree: tree)
        else { return }
        var copy = ZoneTree()
        var snapshot = StoredSnapshot(version)
        while let piece = snapshot.nextPiece() {
            guard (try? StoredSnapshot.parse(piece, apex: apex, { copy.set($0) })) != nil else {
                preconditionFailure("a piece cannot be read again")
            }
        }
        var (one, other) = (tree.cursor, copy.cursor)
        while let rrset = one.next() { precondition(other.next() == rrset) }
        precondition(other.next() == nil)
    }
}
