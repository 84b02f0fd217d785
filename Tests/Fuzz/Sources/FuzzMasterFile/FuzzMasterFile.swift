import CFuzzer
import DNSWire

/// Any octets as a master file that may include itself under other names: what was read is written and read again.
@main
enum FuzzMasterFile {
    /// One `$GENERATE` after the other could make millions.
    static let maximumRecords = 2000

    static func main() {
        _ = fuzzer_run(CommandLine.argc, CommandLine.unsafeArgv) { data, count in
            FuzzMasterFile.run(Array(UnsafeBufferPointer(start: data, count: count)))
            return 0
        }
    }

    static func run(_ bytes: [UInt8]) {
        var records: [Record] = []
        var reader = MasterFileReader(source("zone", bytes), origin: "example.", defaultTTL: 60) { path, _ in
            source(path, bytes)
        }
        while records.count < maximumRecords, let record = try? reader.next() { records.append(record) }
        let text = MasterFileWriter.text(of: records, origin: "example.", defaultTTL: 60)
        var again = MasterFileReader(text: text, origin: .root)
        for record in records {
            guard let read = try? again.next() else { preconditionFailure("unreadable: \(record)") }
            precondition(read == record && read.ownerName.isIdentical(to: record.ownerName))
        }
    }

    /// The octets in pieces of seven.
    static func source(_ name: String, _ bytes: [UInt8]) -> MasterFileSource {
        var rest = bytes[...]
        return MasterFileSource(name: name) {
            defer { rest = rest.dropFirst(7) }
            return rest.isEmpty ? nil : Array(rest.prefix(7))
        }
    }
}
