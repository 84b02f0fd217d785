import DNSWire

// --- Messages and names ---

extension Workload {
    static let messages = [
        // Allocates one array each time: it tells whether allocations are seen at all.
        Workload("control", count: 1_000) {
            var octets: [UInt8] = []
            return { number in
                octets = [UInt8](repeating: 1, count: 64 + number % 64)
                return octets.count >= 64
            }
        },
        Workload("parse", count: 800) {
            let messages = try SampleMessages.all().map { ($0.compose(), $0.answers.count) }
            return { number in
                let (octets, count) = messages[number % messages.count]
                guard let message = try? Message(parsing: octets.span) else { return false }
                return message.answers.count == count
            }
        },
        Workload("compose", count: 800) {
            let messages = try SampleMessages.all()
            let lengths = messages.map { $0.compose().count }
            return { number in
                let index = number % messages.count
                return messages[index].compose().count == lengths[index]
            }
        },
        Workload("read-query", count: 6_400) {
            let queries = try SampleMessages.queries(64)
            return { number in
                let query = queries[number % queries.count]
                let view = QueryView(query.span)
                return view.fault == nil && view.edns != nil
            }
        },
        Workload("hash-name", count: 6_400) {
            let queries = try SampleMessages.queries(64)
            let views = queries.map { QueryView($0.span) }
            let key = SipHash.Key(low: 0x0123_4567_89ab_cdef, high: 0xfedc_ba98_7654_3210)
            return { number in
                let index = number % queries.count
                let (query, view) = (queries[index], views[index])
                // Zero is a hash like any other, but none that these names have.
                return SipHash.hash13(
                    query.span, view.qnameRange, salt: 1, foldingCase: true, key: key) != 0
            }
        },
    ]
}

/// One message of each kind that a resolver meets.
enum SampleMessages {
    /// The kinds that servers answer with; most are those of a resolution from the root.
    static func all() throws -> [Message] {
        try [
            addresses(), alias(), nxDomain(), mail(), referral(), signed(), keys(),
            response(
                "example.net.", .txt, answers: ["example.net. 300 TXT \"v=spf1 include:example.com -all\""]),
        ]
    }

    /// As stub resolvers send them: one question, RD, AD and EDNS.
    static func queries(_ count: Int) throws -> [[UInt8]] {
        var names = NameSource(seed: 1)
        return try names.hosts(count).map { query($0, .a) }
    }

    static func query(_ qname: DomainName, _ qtype: RecordType, options: [EDNSOption] = []) -> [UInt8] {
        var header = Header(id: 0x2a2a)
        header.flags = [.rd, .ad]
        var query = Message(header: header, questions: [Question(qname, qtype)])
        query.edns = EDNS(payloadSize: 1232, options: options)
        return query.compose()
    }

    // --- Kinds ---

    private static func addresses() throws -> Message {
        try response(
            "www.example.net.", .a,
            answers: ["www.example.net. 300 A 192.0.2.1", "www.example.net. 300 A 192.0.2.2"])
    }

    private static func alias() throws -> Message {
        try response(
            "www.example.com.", .aaaa,
            answers: [
                "www.example.com. 3600 CNAME example.edge.example.org.",
                "example.edge.example.org. 60 CNAME e1234.a.edge.example.org.",
                "e1234.a.edge.example.org. 20 AAAA 2001:db8::1",
                "e1234.a.edge.example.org. 20 AAAA 2001:db8::2",
            ])
    }

    private static func nxDomain() throws -> Message {
        var message = try response(
            "nowhere.example.org.", .a,
            authorities: [
                "example.org. 3600 SOA ns1.example.org. hostmaster.example.org. 2026010101 7200 900 1209600 300"
            ])
        message.responseCode = .nxDomain
        return message
    }

    private static func mail() throws -> Message {
        try response(
            "example.net.", .mx,
            answers: [
                "example.net. 3600 MX 10 mx1.example.net.", "example.net. 3600 MX 20 mx2.example.net.",
            ],
            additionals: ["mx1.example.net. 3600 A 192.0.2.25", "mx2.example.net. 3600 A 192.0.2.26"])
    }

    private static func referral() throws -> Message {
        let servers = (1...4).map { "ns\($0).example.com." }
        return try response(
            "www.example.com.", .a,
            authorities: servers.map { "example.com. 172800 NS \($0)" }
                + ["example.com. 86400 DS 31589 13 2 \(String(repeating: "CDE0D742", count: 8))"]
                + [
                    "example.com. 86400 RRSIG DS 13 2 86400 20300101000000 20250101000000 4459 com. \(signature)"
                ],
            additionals: servers.enumerated().flatMap {
                ["\($1) 172800 A 192.0.2.\($0 + 1)", "\($1) 172800 AAAA 2001:db8::\($0 + 1)"]
            })
    }

    private static func signed() throws -> Message {
        try response(
            "www.example.net.", .a,
            answers: [
                "www.example.net. 300 A 192.0.2.1", "www.example.net. 300 A 192.0.2.2",
                "www.example.net. 300 RRSIG A 13 3 300 20300101000000 20250101000000 55648 example.net. \(signature)",
            ])
    }

    private static func keys() throws -> Message {
        try response(
            "example.net.", .dnskey,
            answers: [
                "example.net. 3600 DNSKEY 257 3 13 \(signature)",
                "example.net. 3600 DNSKEY 256 3 13 \(signature)",
                "example.net. 3600 RRSIG DNSKEY 13 2 3600 20300101000000 20250101000000 55648 example.net. \(signature)",
            ])
    }

    /// As long as one of P-256, and as a key; nobody looks whether it holds.
    private static let signature = String(repeating: "qx6wLYqm", count: 10) + "h+l9oA=="

    private static func response(
        _ qname: DomainName, _ qtype: RecordType, answers: [String] = [], authorities: [String] = [],
        additionals: [String] = []
    ) throws -> Message {
        var header = Header(id: 0x2a2a)
        header.flags = [.qr, .aa]
        var message = Message(header: header, questions: [Question(qname, qtype)])
        message.answers = try answers.map { try Record(text: $0) }
        message.authorities = try authorities.map { try Record(text: $0) }
        message.additionals = try additionals.map { try Record(text: $0) }
        message.edns = EDNS(payloadSize: 1232)
        return message
    }
}
