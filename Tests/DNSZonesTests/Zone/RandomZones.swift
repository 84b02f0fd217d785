import DNSWire
import DNSZones
import SeededRandom

/// Names, records and zones that are odd in every way that a name may be.
extension SeededGenerator {
    mutating func below(_ count: Int) -> Int { Int(next() % UInt64(max(1, count))) }

    mutating func pick<Element>(_ elements: [Element]) -> Element { elements[below(elements.count)] }

    /// Few labels, so that names meet, and among them octets that sort where one does not expect it.
    mutating func label() -> [UInt8] {
        pick([
            [0x61], [0x41], [0x62], [0x61, 0x62], [0x61, 0x42], [0x2a], [0x00], [0x01], [0x00, 0x01],
            [0x61, 0x00],
            [0x61, 0x01, 0x62], [0xff], [0x2d], [0x5a], [0x7a], [0x40],
        ])
    }

    mutating func name(below apex: DomainName, labels maximum: Int = 4) -> DomainName {
        (0..<below(maximum + 1)).reduce(apex) { name, _ in name.prepending(label: label()) ?? name }
    }

    mutating func rrset(at name: DomainName) -> RRset {
        let type = pick([RecordType.a, .ns, .txt, .aaaa, .nsec3, .dname, RecordType(rawValue: 65_280)])
        let rdatas = (0..<(1 + below(3))).map { RData(unchecked: [UInt8($0)] + octets(below(40))) }
        return RRset(name, type, ttl: UInt32(below(3)), rdatas: rdatas)
    }
}
