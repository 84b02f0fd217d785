import DNSWire

/// An answer as text for people, in the manner of dig.
struct QueryReport {
    let answer: QueryClient.Answer

    /// The lines, ready to print.
    var lines: [String] {
        let message = answer.message
        var lines = answer.wasTruncated ? [";; the answer over UDP was truncated; asked again over TCP"] : []
        lines += header
        if let edns = message.edns { lines += pseudosection(edns) }
        if !message.questions.isEmpty {
            lines +=
                ["", ";; QUESTION SECTION:"]
                + message.questions.map { ";\($0.qname)  \($0.qclass)  \($0.qtype)" }
        }
        let sections = [
            ("ANSWER", message.answers), ("AUTHORITY", message.authorities),
            ("ADDITIONAL", message.additionals),
        ]
        for (name, records) in sections where !records.isEmpty {
            lines += ["", ";; \(name) SECTION:"] + Self.table(records)
        }
        return lines + footer
    }

    private var header: [String] {
        let message = answer.message
        let (header, flags) = (
            message.header, HeaderFlags.words(of: message.header.flags).joined(separator: " ")
        )
        let counts = [
            ("QUERY", message.questions.count), ("ANSWER", message.answers.count),
            ("AUTHORITY", message.authorities.count), ("ADDITIONAL", Int(header.additionalCount)),
        ]
        return [
            ";; ->>HEADER<<- opcode: \(header.opcode), status: \(message.responseCode), id: \(header.id)",
            ";; flags: \(flags); " + counts.map { "\($0.0): \($0.1)" }.joined(separator: ", "),
        ]
    }

    private func pseudosection(_ edns: EDNS) -> [String] {
        let flags = edns.dnssecOK ? " do" : ""
        return [
            "", ";; OPT PSEUDOSECTION:",
            "; EDNS: version: \(edns.version), flags:\(flags); udp: \(edns.payloadSize)",
        ]
            + edns.options.map { option in "; " + option.text(clientCookie: answer.clientCookie) }
    }

    private var footer: [String] {
        [
            "", ";; Query time: \(answer.milliseconds) ms",
            ";; Server: \(answer.server) (\(answer.isStream ? "TCP" : "UDP"))",
            ";; Message size: \(answer.size) octets",
        ]
    }

    /// Records in columns as wide as they need.
    private static func table(_ records: [Record]) -> [String] {
        let rows = records.map { record in
            ["\(record.ownerName)", "\(record.ttl)", "\(record.recordClass)", "\(record.type)"]
        }
        let widths = (0..<4).map { column in rows.map { $0[column].count }.max() ?? 0 }
        return zip(records, rows).map { record, row in
            let cells = zip(row, widths).map { $0 + String(repeating: " ", count: $1 - $0.count) }
            return cells.joined(separator: "  ") + "  " + record.rdata.text(for: record.type)
        }
    }
}

extension HeaderFlags {
    private static let names: [(HeaderFlags, String)] = [
        (.qr, "qr"), (.aa, "aa"), (.tc, "tc"), (.rd, "rd"), (.ra, "ra"), (.z, "z"), (.ad, "ad"), (.cd, "cd"),
    ]

    /// The flags that are set, in the order of the header.
    static func words(of flags: HeaderFlags) -> [String] { names.filter { flags.contains($0.0) }.map(\.1) }
}
