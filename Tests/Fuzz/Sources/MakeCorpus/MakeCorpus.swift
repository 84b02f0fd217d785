import DNSWire
import Foundation

/// Writes the seeds of the fuzz targets below the folder given: `MakeCorpus Corpus`. `./run minimise` then drops those
/// that reach no code of their own.
@main
enum MakeCorpus {
    static let records = [
        "A 192.0.2.1", "AAAA 2001:db8::1", "NS ns1.example.com.", "CNAME a\\.b.example.com.",
        "SOA ns1.example.com. host.example.com. 1 7200 3600 1209600 300", "HINFO \"a\" \"b\"",
        "MX 10 mail.example.com.",
        "MINFO a.example. b.example.", "TXT \"v=spf1 -all\" \"\\000;\"", "RP a.example. b.example.",
        "AFSDB 1 a.example.",
        "LOC 42 21 54.000 N 71 6 18.000 W -24.00m 30m 10000m 10m", "SRV 0 5 5060 sip.example.com.",
        "X25 \"1\"",
        "NAPTR 100 10 \"u\" \"E2U+sip\" \"!^.*$!sip:a@b!\" .", "CERT PKIX 1 8 AQIDBA==", "DNAME example.net.",
        "APL 1:192.168.32.0/21 !2:ff00::/8", "DS 60485 5 1 2BB183AF", "SSHFP 4 2 123456",
        "PX 50 a.example. b.example.",
        "RRSIG A 5 3 86400 20030322173103 20030220173103 2642 example.com. oJB1W6WN", "DHCID AAIBY2/A",
        "NSEC host.example.com. A MX TYPE1234", "DNSKEY 256 3 5 AQPSKmyn", "NSEC3PARAM 1 0 0 -",
        "TLSA 3 1 1 0D6F",
        "NSEC3 1 1 12 AABBCCDD 2VPTU5TIMAMQTTGL4LUU9KG21E0AOR3S A RRSIG", "CSYNC 66 3 A NS AAAA",
        "EUI48 00-00-5e-00-53-2a",
        "ZONEMD 2018031900 1 1 C68090D9", "EUI64 00-00-5e-ef-10-00-00-2a", "URI 10 1 \"ftp://example/\"",
        "SVCB 1 . mandatory=alpn alpn=\"h2,f\\\\\\\\o\\\\,\" no-default-alpn port=8443 ipv4hint=192.0.2.1 ech=AQID",
        "HTTPS 1 a. alpn=\"h2\" ipv6hint=2001:db8::1 dohpath=\"/q{?dns}\" ohttp key667=\"a b\"",
        "CAA 0 issue \"ca.example\"",
        "OPENPGPKEY mQCNAzIG", "TYPE65280 \\# 4 DEADBEEF",
    ]

    static let masterFiles = [
        "@ SOA ns host ( 1 ; serial\n 2 3 4 5 )\n NS ns\nns 60 A 192.0.2.1\n IN 1h30m AAAA ::1\n",
        "$TTL 1d\n$ORIGIN sub\na A 192.0.2.1\n$INCLUDE x y\nb CH 5 TXT \"a b\" c\\032d\n",
        "$GENERATE 1-20/3 h${0,3,d}-${1,2,x} 30 MX \"$ m$$.${0,4,n}\"\n$GENERATE 1-2 \\$$ A 192.0.2.$\n",
        "a TYPE1 \\# 4 ( c000 02\n01 )\r\nb TXT \"\" \"\\\"\"\n$INCLUDE b\n",
    ]

    /// Files of the zone `z.test.`, good ones and others.
    static let zoneFiles =
        masterFiles + [
            "$TTL 1\n@ SOA n h 1 90 80 900 4\n NS n\nn A 1.2.3.4\n",
            "$TTL 1h\n@ SOA n h (1 90 80 900 4)\n@ NS n\n@ NS n.s\nn A 1.2.3.4\ns NS n.s\nn.s AAAA ::1\ns DS 1 13 2 00\n"
                + "*.w TXT \"a\" \"b\"\nc CNAME n\nd DNAME x.\nm MX 1 n\n_s._udp SRV 0 0 1 c\n$GENERATE 1-3 h$ A 1.2.3.$\n",
            "@ 1 SOA n h 1 90 80 900 4\n@ 1 NS n\nn 1 A 1.2.3.4\nn 2 A 1.2.3.4\nN 2 A 1.2.3.5\nc 1 CNAME n\nc 1 A 1.2.3.4\n",
            "@ 1 SOA n h 1 90 80 900 4\n@ 1 NS n\nn 1 A 1.2.3.4\n@ 1 DNSKEY 256 3 13 AAAA\n"
                + "@ 1 RRSIG SOA 13 2 1 20300101000000 20200101000000 1 z.test. AAAA\n@ 1 NSEC n.z.test. SOA NS\n",
            "@ 1 SOA n h 1 90 80 900 4\n@ 1 NS n\nn 1 A 1.2.3.4\n@ 1 NSEC3PARAM 1 0 0 -\n"
                + "2VPTU5TIMAMQTTGL4LUU9KG21E0AOR3S 1 NSEC3 1 0 0 - 2VPTU5TIMAMQTTGL4LUU9KG21E0AOR3S A\n$INCLUDE x sub\n",
        ]

    /// Keys and signatures in the RFCs that define their algorithms; the index among `FuzzVerifier.algorithms` first.
    static let signatures: [(algorithm: UInt8, key: String, signature: String)] = [
        (
            1,
            "AwEAAaetidLzsKWUt4swWR8yu0wPHPiUi8LUsAD0QPWU+wzt89epO6tHzkMBVDkC7qphQO2hTY4hHn9npWFRw5BY"
                + "ubE=",
            "Hu25UIyNPmvPIVBrldN+9Mlp9Zql39qaUd8iq4ZLlYWfUUbbAS41pG+68z81q1xhkYAcEyHdVI2LmKusbZsT0Q=="
        ),
        (
            2,
            "AwEAAcFcGsaxxdgiuuGmCkVImy4h99CqT7jwY3pexPGcnUFtR2Fh36BponcwtkZ4cAgtvd4Qs8PkxUdp6p/DlUmO"
                + "bdk=",
            "kRCOH6u7l0QGy9qpC9l1sLncJcOKFLJ7GhiUOibu4teYp5VE9RncriShZNz85mwlMgNEacFYK/lPtPiVYP4bwg=="
        ),
        (
            3,
            "AwEAAdHoNTOW+et86KuJOWRDp1pndvwb6Y83nSVXXyLA3DLroROUkN6X0O6pnWnjJQujX/AyhqFDxj13tOnD9u/1"
                + "kTg7cV6rklMrZDtJCQ5PCl/D7QNPsgVsMu1J2Q8gpMpztNFLpPBz1bWXjDtaR7ZQBlZ3PFY12ZTSncorffcGmhOL",
            "tsb4wnjRUDnB1BUi+t6TMTXThjVnG+eCkWqjvvjhzQL1d0YRoOe0CbxrVDYd0xDtsuJRaeUw1ep94PzEWzr0iGYg"
                + "ZBWm/zpq+9fOuagYJRfDqfReKBzMweOLDiNa8iP5g9vMhpuv6OPlvpXwm9Sa9ZXIbNl1MBGk0fthPgxdDLw="
        ),
        (
            4,
            "GojIhhXUN/u4v54ZQqGSnyhWJwaubCvTmeexv7bR6edbkrSqQpF64cYbcB7wNcP+e+MAnLr+Wi9xMWyQLc8NAA==",
            "qx6wLYqmh+l9oCKTN6qIc+bw6ya+KJ8oMz0YP107epXAyGmt+3SNruPFKG7tZoLBLlUzGGus7ZwmwWep666VCw=="
        ),
        (
            5,
            "xKYaNhWdGOfJ+nPrL8/arkwf2EY3MDJ+SErKivBVSum1w/egsXvSADtNJhyem5RCOpgQ6K8X1DRSEkrbYQ+OB+v8"
                + "/uX45NBwY8rp65F6Glur8I/mlVNgF6W/qTI37m40",
            "/L5hDKIvGDyI1fcARX3z65qrmPsVz73QD1Mr5CEqOiLP95hxQouuroGCeZOvzFaxsT8Glr74hbavRKayJNuydCuz"
                + "WTSSPdz7wnqXL5bdcJzusdnI0RSMROxxwGipWcJm"
        ),
        (
            6,
            "l02Woi0iS8Aa25FQkUd9RMzZHJpBoRQwAQEX1SxZJA4=",
            "Edk+IB9KNNWg0HAjm7FazXyrd5m3Rk8zNZbvNpAcM+eysqcUOMIjWoevFkjH5GaMWeG96GUVZu6ECKOQmemHDg=="
        ),
        (
            7,
            "3kgROaDjrh0H2iuixWBrc8g2EpBBLCdGzHmn+G2MpTPhpj/OiBVHHSfPodx1FYYUcJKm1MDpJtIA",
            "Nmc0rgGKpr3GKYXcB1JmqqS4NYwhmechvJTqVzt3jR+Qy/lSLFoIk1L+9e39GPL+5tVzDPN3f9kAwiu8KCuPPjtl"
                + "227ayaCZtRKZuJax7n9NuYlZJIusX0SOIOKBGzG+yWYtz1/jjbzl5GGkWvREUCUA"
        ),
    ]

    static func main() throws {
        let folder = URL(fileURLWithPath: CommandLine.arguments.dropFirst().first ?? "Corpus")
        var query = Message(header: Header(id: 1), questions: [Question("WwW.example.com.", .aaaa)])
        query.header.flags = [.rd]
        query.edns = EDNS(dnssecOK: true, options: options)
        var messages = [query]
        var rdata: [[UInt8]] = []
        for (index, line) in records.enumerated() {
            let record = try Record(text: "www.example.com. 300 IN \(line)")
            var response = query
            response.header.flags = [.qr, .ra]
            response.edns = nil
            response.answers = [record]
            if index % 8 == 0 {
                response.authorities = [try Record(text: "example.com. 5 NS ns.example.com.")]
            }
            messages.append(response)
            let type = [UInt8(record.type.rawValue >> 8), UInt8(record.type.rawValue & 255)]
            guard record.type.rawValue < 512 else { continue }
            rdata.append(type + record.rdata.bytes)
            rdata.append(type + record.rdata.text(for: record.type).utf8)
        }
        rdata.append([0, 1] + "\\# 4 c0000201".utf8)
        try write(messages.map { $0.compose() }, to: folder.appending(path: "FuzzMessage"))
        try write(rdata, to: folder.appending(path: "FuzzRData"))
        try write(masterFiles.map { Array($0.utf8) }, to: folder.appending(path: "FuzzMasterFile"))
        try write(StreamSeeds.all, to: folder.appending(path: "FuzzStream"))
        try write(UpdateSeeds.all, to: folder.appending(path: "FuzzUpdate"))
        try write(TransactionSeeds.all, to: folder.appending(path: "FuzzTransaction"))
        try write(zoneFiles.map { Array($0.utf8) }, to: folder.appending(path: "FuzzZoneFile"))
        try write(TransferSeeds.all, to: folder.appending(path: "FuzzTransfer"))
        try write(StoredRowSeeds.all, to: folder.appending(path: "FuzzStoredRow"))
        try write(HTTPSeeds.http1, to: folder.appending(path: "FuzzHTTP1"))
        try write(HTTPSeeds.http2, to: folder.appending(path: "FuzzHTTP2"))
        try write(HTTPSeeds.targets, to: folder.appending(path: "FuzzDoHPath"))
        try write(HTTPSeeds.proxies, to: folder.appending(path: "FuzzProxy"))
        try write(validations, to: folder.appending(path: "FuzzValidation"))
        try write(
            options.map { Array(Message.withOptions([$0]).compose()[14...]) }
                + [Array(Message.withOptions(options).compose()[14...])],
            to: folder.appending(path: "FuzzEDNS"))
        try write(
            [
                [1, 97, 0, 1, 98, 0xc0, 12], [63] + [UInt8](repeating: 97, count: 63) + [0xc0, 12],
                [0x41, 0], [0, 0xc0, 12],
                Array("www.Example\\.com\\255.".utf8),
                Array(repeating: [1, 97], count: 127).flatMap(\.self) + [0],
            ], to: folder.appending(path: "FuzzName"))
        try write(
            signatures.map { algorithm, key, signature in
                let (key, signature) = (
                    Data(base64Encoded: key) ?? Data(), Data(base64Encoded: signature) ?? Data()
                )
                return [algorithm, UInt8(key.count >> 8), UInt8(key.count & 255)] + key + signature
            } + [[0, 0, 3, 119, 119, 119, 0, 170, 187, 204, 221]], to: folder.appending(path: "FuzzVerifier"))
    }

    /// Octets without a meaning, for each of the three games.
    static var validations: [[UInt8]] {
        (0..<30).map { index in
            var state = UInt64(index)
            return [UInt8(index % 3)]
                + (0..<(40 + index * 8)).map { _ in
                    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                    return UInt8(state >> 56)
                }
        }
    }

    static let options: [EDNSOption] = [
        .cookie(client: Array(1...8), server: Array(1...8)), .padding(3), .tcpKeepalive(nil),
        .tcpKeepalive(5), .nsid([1]),
        .extendedError(ExtendedError(.blocked, "why")), .unknown(code: 8, [0, 0, 0, 0]),
        .unknown(code: 65_001, [1]),
        .unknown(code: 8, [0, 1, 24, 0, 192, 0, 2]), .unknown(code: 8, [0, 2, 1, 0, 0x80]),
    ]

    static func write(_ seeds: [[UInt8]], to folder: URL) throws {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        for (index, seed) in seeds.enumerated() {
            try Data(seed).write(to: folder.appending(path: "seed-\(index)"))
        }
    }
}

extension Message {
    /// A query without a question, so that its OPT record stands right behind the header.
    static func withOptions(_ options: [EDNSOption]) -> Message {
        var message = Message()
        message.edns = EDNS(options: options)
        return message
    }
}
