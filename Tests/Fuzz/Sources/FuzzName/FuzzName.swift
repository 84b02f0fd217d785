import CFuzzer
import DNSWire

/// Any octets as a message that holds names, and as the text of a name.
@main
enum FuzzName {
    static func main() {
        _ = fuzzer_run(CommandLine.argc, CommandLine.unsafeArgv) { data, count in
            FuzzName.run(Array(UnsafeBufferPointer(start: data, count: count)))
            return 0
        }
    }

    static func run(_ bytes: [UInt8]) {
        let message = [UInt8](repeating: 0, count: Header.length) + bytes
        var offset = Header.length
        var names: [DomainName] = []
        while names.count < 8, let name = try? DomainName(parsing: message.span, at: &offset) {
            names.append(name)
        }
        if let name = try? DomainName(String(decoding: bytes, as: UTF8.self)) { names.append(name) }
        for name in names {
            check(name)
            for other in names { check(name, other) }
        }
    }

    static func check(_ name: DomainName) {
        precondition(name.wire.count <= DomainName.maximumLength)
        guard let again = try? DomainName(name.description) else {
            preconditionFailure("unreadable: \(name)")
        }
        precondition(again.isIdentical(to: name))
        precondition(DomainName(labels: name.labels)?.isIdentical(to: name) == true)
        precondition(name.lowercase == name && name.lowercase.hashValue == name.hashValue)
        precondition(name.suffix(name.labelCount) == name && name.suffix(0).isRoot)
        precondition(name.labels.count == name.labelCount)
    }

    static func check(_ a: DomainName, _ b: DomainName) {
        precondition([a < b, b < a, a == b].count(where: \.self) == 1)
        precondition(a.isSubdomain(of: b) == (a.commonLabelCount(with: b) == b.labelCount))
        if a == b { precondition(a.hashValue == b.hashValue) }
        if case .name(let moved)? = a.replacingSuffix(b, with: .root) {
            precondition(moved.labelCount == a.labelCount - b.labelCount)
        }
    }
}
