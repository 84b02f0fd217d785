import DNSWire
import SeededRandom

/// Names as they are asked for, about twenty octets long.
struct NameSource {
    private var random: SeededGenerator

    init(seed: UInt64) { random = SeededGenerator(seed: seed) }

    /// A host in a zone of its own.
    mutating func host() throws -> DomainName {
        let zone: [[UInt8]] = [
            label(5...12), Array(["com", "net", "org", "example"][Int(random.next() % 4)].utf8),
        ]
        let host = random.next() % 2 == 0 ? Array("www".utf8) : label(3...8)
        guard let name = DomainName(labels: [host] + zone) else { throw InputError("a name") }
        return name
    }

    mutating func hosts(_ count: Int) throws -> [DomainName] {
        var hosts: [DomainName] = []
        for _ in 0..<count { hosts.append(try host()) }
        return hosts
    }

    mutating func address() -> RData {
        RData(unchecked: [192, 0, 2, UInt8(truncatingIfNeeded: random.next())])
    }

    private mutating func label(_ lengths: ClosedRange<Int>) -> [UInt8] {
        let letters = Array("abcdefghijklmnopqrstuvwxyz0123456789".utf8)
        return (0..<Int.random(in: lengths, using: &random)).map { _ in
            letters[Int(random.next() % UInt64(letters.count))]
        }
    }
}
