import DNSWire
import DNSZones

/// Transfers as `FuzzTransfer` reads them.
enum TransferSeeds {
    static var all: [[UInt8]] {
        let (one, two, three) = (HeldZone.soa(1), HeldZone.soa(2), HeldZone.soa(3))
        let records = HeldZone.records
        let new = Record(
            "new.z.test.", .mx, ttl: 5, RData(unchecked: [0, 1] + ("n.z.test." as DomainName).wire))
        let sequences = [three, one, records[2], two, new, two, new, three, records[2], three]
        let whole = [three] + records + [new, records[1], three]
        return [
            [0] + frames([whole], .axfr), [0] + frames(whole.map { [$0] }, .axfr),
            [1] + frames([whole], .ixfr),
            [1] + frames([sequences], .ixfr), [1] + frames(sequences.map { [$0] }, .ixfr),
            [1] + frames([[one]], .ixfr),
            [3] + frames([[three]], .ixfr), [3] + frames([sequences], .ixfr),
            [1] + frames([[three, one, three, three]], .ixfr),
        ]
    }

    private static func frames(_ messages: [[Record]], _ type: RecordType) -> [UInt8] {
        messages.flatMap { records in
            var message = Message(header: Header(id: 7), questions: [Question(HeldZone.apex, type)])
            message.header.flags = [.qr, .aa]
            message.answers = records
            let octets = message.compose()
            return [UInt8(octets.count >> 8), UInt8(octets.count & 255)] + octets
        }
    }
}
