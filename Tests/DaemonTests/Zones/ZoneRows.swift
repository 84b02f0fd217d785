import DNSWire

// The rows of the behaviour table, where the name that is asked for is in a zone that is held here.

extension BehaviourRow {
    static let held: [BehaviourRow] = heldQuestions + heldTransfers + heldNotifications

    private static let heldQuestions: [BehaviourRow] =
        [2, 4, 77, 254, 255].map { number in
            BehaviourRow(
                14, "class \(number)", Packet.make(Packet.question("www.lab.example.", .a, number)), .refused,
                .answers(0))
        }
        + [254, 255].flatMap { zoneClass in
            [
                BehaviourRow(
                    15, "UPDATE of class \(zoneClass)", Packet.update(class: zoneClass), .formatError),
                BehaviourRow(
                    15, "NOTIFY of class \(zoneClass)",
                    Packet.make(flags: 4 << 11, Packet.question("lab.example.", .soa, zoneClass)),
                    .formatError),
            ]
        }
        + [
            BehaviourRow(
                16, "type 65280 with data", Packet.make(Packet.question("odd.lab.example.", odd)), .noError,
                .answers(1), .firstAnswer(odd), .flags(.aa, true), .flags(.ra, true)),
            BehaviourRow(
                16, "type 65280 without data", Packet.make(Packet.question("www.lab.example.", odd)),
                .noError, .answers(0), .authority(.soa), .flags(.aa, true)),
            BehaviourRow(
                16, "type 65280 of no name", Packet.make(Packet.question("none.lab.example.", odd)),
                .nxDomain, .answers(0), .authority(.soa), .flags(.aa, true)),
        ]
        + [RecordType.opt, .tsig, .tkey].map { type in
            BehaviourRow(
                17, "type \(type)", Packet.make(Packet.question("www.lab.example.", type)), .formatError)
        }
        + [RecordType.maila, .mailb].map { type in
            BehaviourRow(
                18, "type \(type)", Packet.make(Packet.question("www.lab.example.", type)), .notImplemented)
        }
        + [
            BehaviourRow(
                19, "ANY of two RRsets", Packet.make(Packet.question("mail.lab.example.", .any)), .noError,
                .answers(1), .flags(.aa, true), .sizeAtMost(100)),
            BehaviourRow(
                19, "ANY of no name", Packet.make(Packet.question("none.lab.example.", .any)), .nxDomain,
                .authority(.soa)),
            BehaviourRow(
                19, "ANY of an empty non-terminal", Packet.make(Packet.question("b.deep.lab.example.", .any)),
                .noError, .answers(0), .authority(.soa)),
        ]

    private static let odd = RecordType(rawValue: 65_280)

    // --- Transfers ---

    private static let soaOfZone = Packet.record(
        "lab.example.", .soa, class: 1, ttl: 0,
        [0, 0] + [UInt8](repeating: 0, count: 20))

    private static func ixfr(_ zone: String, since serial: UInt32) -> [UInt8] {
        let soa = StartOfAuthority(
            primary: .root, mailbox: .root, serial: serial, refresh: 0, retry: 0, expire: 0, minimum: 0)
        return Packet.make(
            counts: [1, 0, 1, 0], Packet.question(zone, .ixfr),
            Packet.record(zone, .soa, class: 1, soa.rdata.bytes))
    }

    private static let web = Transport.allCases.filter(\.isHTTP)
    private static let connections: [Transport] = [.tcp, .tls]

    private static let heldTransfers: [BehaviourRow] = [
        BehaviourRow(
            20, "AXFR over UDP", Packet.make(Packet.question("large.example.", .axfr)), over: [.udp],
            .formatError, .answers(0)),
        BehaviourRow(
            21, "IXFR over UDP, answer too big", ixfr("large.example.", since: 1), over: [.udp], .noError,
            .answers(1), .firstAnswer(.soa), .flags(.aa, true), .flags(.tc, false)),
        BehaviourRow(
            21, "IXFR of what is current", ixfr("large.example.", since: 7), over: [.udp] + connections,
            .noError, .answers(1), .firstAnswer(.soa), .flags(.aa, true)),
        BehaviourRow(
            22, "IXFR without SOA", Packet.make(Packet.question("large.example.", .ixfr)), .formatError,
            .answers(0)),
        BehaviourRow(
            22, "IXFR with the SOA of another zone",
            Packet.make(counts: [1, 0, 1, 0], Packet.question("large.example.", .ixfr), soaOfZone),
            .formatError, .answers(0)),
        BehaviourRow(
            23, "AXFR of a name in a zone", Packet.make(Packet.question("www.lab.example.", .axfr)),
            over: Transport.streams, .notAuth, .answers(0)),
        BehaviourRow(
            23, "IXFR of a zone not held", ixfr("other.example.", since: 1), .notAuth, .answers(0)),
        BehaviourRow(
            24, "AXFR", Packet.make(Packet.question("lab.example.", .axfr)), over: Transport.streams,
            .refused, .answers(0)),
        BehaviourRow(24, "IXFR", ixfr("lab.example.", since: 1), .refused, .answers(0)),
        BehaviourRow(
            24, "AXFR of a zone that nobody may have", Packet.make(Packet.question("locked.example.", .axfr)),
            over: Transport.streams, .refused, .answers(0)),
        BehaviourRow(
            24, "AXFR that is permitted, over HTTP", Packet.make(Packet.question("large.example.", .axfr)),
            over: web, .notImplemented, .answers(0)),
    ]

    // --- NOTIFY ---

    private static let heldNotifications: [BehaviourRow] = ["other.example.", "www.lab.example."].map {
        zone in
        BehaviourRow(
            61, "NOTIFY for \(zone)", Packet.make(flags: 4 << 11 | 0x0400, Packet.question(zone, .soa)),
            .notAuth, .answers(0))
    }
}
