import DNSWire

/// Queries octet by octet, for what no composer would write.
enum Packet {
    static let id: UInt16 = 0x4d2

    /// A good query that is answered at once, with an ID of its own.
    static let probe = Message(header: Header(id: 0xbeef), questions: [Question("localhost.", .a)]).compose()

    static func word(_ value: UInt16) -> [UInt8] {
        [UInt8(truncatingIfNeeded: value >> 8), UInt8(truncatingIfNeeded: value)]
    }

    /// A message of header and parts. Counts are those of question, answer, authority and additional.
    static func make(
        flags: UInt16 = 0x0100, counts: [UInt16] = [1, 0, 0, 0], _ parts: [UInt8]...
    ) -> [UInt8] {
        ([id, flags] + counts).flatMap(word) + parts.flatMap { $0 }
    }

    static func name(_ text: String) -> [UInt8] { (try? DomainName(text))?.wire ?? [] }

    static func question(_ name: String, _ type: RecordType = .a, _ qclass: UInt16 = 1) -> [UInt8] {
        Self.name(name) + word(type.rawValue) + word(qclass)
    }

    static func record(_ name: [UInt8], _ type: RecordType, ttl: UInt32 = 0, _ data: [UInt8]) -> [UInt8] {
        name + word(type.rawValue) + word(1) + word(UInt16(ttl >> 16)) + word(UInt16(ttl & 0xffff))
            + word(UInt16(data.count)) + data
    }

    /// A record of any class, with a name in text.
    static func record(
        _ name: String, _ type: RecordType, class recordClass: UInt16, ttl: UInt32 = 0, _ data: [UInt8] = []
    ) -> [UInt8] {
        Self.name(name) + word(type.rawValue) + word(recordClass) + word(UInt16(ttl >> 16))
            + word(UInt16(ttl & 0xffff)) + word(UInt16(data.count)) + data
    }

    /// An UPDATE of records as they are (RFC 2136 §2).
    static func update(
        _ zone: String = "lab.example.", _ type: RecordType = .soa, class zoneClass: UInt16 = 1,
        prerequisites: [[UInt8]] = [], updates: [[UInt8]] = [], additional: [[UInt8]] = []
    ) -> [UInt8] {
        let counts = [1, prerequisites.count, updates.count, additional.count].map { UInt16($0) }
        let records = (prerequisites + updates + additional).flatMap { $0 }
        return make(flags: 5 << 11, counts: counts, question(zone, type, zoneClass), records)
    }

    /// An OPT record; a wrong `length` lets the last option overrun.
    static func opt(
        size: UInt16 = 1232, version: UInt16 = 0, flags: UInt16 = 0, name: [UInt8] = [0],
        _ options: [UInt8]...
    ) -> [UInt8] {
        let data = options.flatMap { $0 }
        return name + word(RecordType.opt.rawValue) + word(size) + word(version) + word(flags)
            + word(UInt16(data.count)) + data
    }

    static func option(_ code: UInt16, _ data: [UInt8], length: Int? = nil) -> [UInt8] {
        word(code) + word(UInt16(length ?? data.count)) + data
    }

    static func cookie(_ count: Int) -> [UInt8] { option(10, [UInt8](repeating: 7, count: count)) }

    /// A question with one OPT record.
    static func withOPT(_ name: String, _ opt: [UInt8], type: RecordType = .a) -> [UInt8] {
        make(counts: [1, 0, 0, 1], question(name, type), opt)
    }
}
