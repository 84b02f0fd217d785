import DNSWire
import DNSZones

/// Updates as `FuzzUpdate` reads them: who asks, and messages with their lengths before them.
enum UpdateSeeds {
    static var all: [[UInt8]] {
        var messages = prerequisites.map { UpdateMessage(zone: HeldZone.apex, prerequisites: [$0]) }
        messages += operations.map { UpdateMessage(zone: HeldZone.apex, operations: [$0]) }
        messages.append(
            UpdateMessage(
                zone: HeldZone.apex, prerequisites: prerequisites, operations: operations,
                edns: EDNS(options: [.updateLease(UpdateLease(lease: 60, keyLease: 600))])))
        let groups = [operations, operations.reversed(), []].map { operations in
            [UpdateMessage(zone: HeldZone.apex, operations: operations), UpdateMessage(zone: HeldZone.apex)]
        }
        var seeds: [[UInt8]] = []
        for (index, group) in (messages.map { [$0] } + groups).enumerated() {
            seeds.append([UInt8(index % 12)] + group.flatMap(frame))
        }
        return seeds
    }

    private static func frame(_ message: UpdateMessage) -> [UInt8] {
        let octets = message.compose(id: 7) ?? []
        return [UInt8(octets.count >> 8), UInt8(octets.count & 255)] + octets
    }

    private static let (address, text) = (RData(unchecked: [1, 2, 3, 9]), RData(unchecked: [1, 97]))

    private static let prerequisites: [Prerequisite] = [
        .nameInUse("t.z.test."), .nameNotInUse("new.z.test."), .rrsetExists("n.z.test.", .a),
        .rrsetDoesNotExist("n.z.test.", .aaaa), .rrsetEquals("T.z.test.", .txt, [text]),
        .rrsetEquals(
            "n.z.test.", .a, [RData(unchecked: [1, 2, 3, 4]), RData(unchecked: [1, 2, 3, 5])]),
    ]

    private static let operations: [UpdateOperation] = [
        .add(Record("new.z.test.", .a, ttl: 5, address)), .add(HeldZone.soa(9)),
        .add(Record("h.dyn.z.test.", .a, ttl: 5, address)), .deleteName("h.dyn.z.test."),
        .add(Record("h.dyn.z.test.", .cname, ttl: 5, .name("N.z.test."))),
        .add(Record("c.z.test.", .cname, ttl: 5, .name("N.z.test."))),
        .add(Record("d.z.test.", .dname, ttl: 5, .name("N.z.test."))),
        .add(Record("e.e.z.test.", .wks, ttl: 1, RData(unchecked: [1, 2, 3, 4, 6, 2]))),
        .add(Record("z.test.", .ns, ttl: 5, .name("N2.z.test."))),
        .deleteRecord("z.test.", .ns, .name("n.z.test.")), .deleteRRset("z.test.", .ns),
        .deleteRRset("z.test.", .soa), .deleteName("z.test."), .deleteName("s.z.test."),
        .deleteRecord("n.z.test.", .a, RData(unchecked: [1, 2, 3, 4])),
        .deleteRecord("p.z.test.", .ptr, .name("t.z.test.")),
    ]
}
