import DNSWire
import Foundation
import Testing

@testable import homing

/// `homing query`: its words, its way over the network and its output.
@Suite struct QueryToolTests {
    //--- Words ---

    @Test func wordsInTheMannerOfDig() throws {
        let words = try QueryWords(["example.com", "CH", "txt", "@192.0.2.1:5353", "+TCP", "+json"])
        #expect(words.name == "example.com.")
        #expect(words.type == .txt)
        #expect(words.qclass == .chaos)
        #expect(words.server == SocketAddress(IPAddress(192, 0, 2, 1), port: 5353))
        #expect(words.given == ["+tcp", "+json"])
    }

    @Test func addressMeansItsPointer() throws {
        let words = try QueryWords(["192.0.2.7"])
        #expect(words.name == "7.2.0.192.in-addr.arpa.")
        #expect(words.type == .ptr)
        #expect(try QueryWords(["2001:db8::1"]).name.labelCount == 34)
    }

    @Test(arguments: [
        ([], QueryWordError.noName), (["a..b"], .badName("a..b")),
        (["münchen.example"], .notASCII("münchen.example")),
        (["a", "NOTYPE"], .tooMany("NOTYPE")), (["a", "@ns1"], .badServer("ns1")),
        (["a", "+short"], .badOption("+short")),
        (["a", "A", "MX"], .twice("record type")), (["a", "@::1", "@::2"], .twice("server")),
    ])
    func wordsThatAreNone(words: [String], error: QueryWordError) {
        #expect(throws: error) { try QueryWords(words) }
    }

    @Test func wordsAsRequest() throws {
        func request(_ words: String..., port: UInt16? = nil, timeout: Double = 5) throws -> QueryRequest {
            try QueryRequest(QueryWords(words), port: port, timeout: timeout)
        }
        let loopback = IPAddress(127, 0, 0, 1)
        #expect(try request("a.example").server == SocketAddress(loopback, port: 5300))
        #expect(try request("a.example", port: 99).server == SocketAddress(loopback, port: 99))
        #expect(try request("a.example", "@::1").server == SocketAddress(IPAddress(ipv6: 1), port: 53))
        #expect(try request("a.example", "@::1", port: 99).server.port == 99)
        #expect(try request("a.example").question == Question("a.example.", .a))
        let all = try request("a.example", "+tcp", "+dnssec", "+norecurse", "+noedns", timeout: 2)
        #expect(all.usesTCP && all.dnssecOK && !all.recursionDesired && !all.usesEDNS && all.timeout == 2)
        #expect(throws: QueryWordError.badTimeout) { try request("a.example", timeout: 0) }
        #expect(throws: QueryWordError.twice("port")) { try request("a.example", "@192.0.2.1:5", port: 6) }
    }

    //--- The network ---

    @Test func truncatedAnswerIsFetchedOverTCP() throws {
        let house = try TestDaemon()
        let request = QueryRequest(patiently: Question("big.example.", .txt), of: house.address)
        let answer = try QueryClient(request: request).ask()
        #expect(answer.wasTruncated && answer.isStream)
        #expect(answer.message.answers.count == 20)
    }

    @Test func freshCookieIsUsed() throws {
        let house = try TestDaemon("answers: {cookies: required}")
        let request = QueryRequest(patiently: Question("www.example.", .a), of: house.address)
        let answer = try QueryClient(request: request).ask()
        #expect(answer.message.responseCode == .noError && !answer.isStream)
    }

    @Test func silenceIsAFailure() throws {
        let upstream = try ScriptedUpstream { _ in nil }
        defer { upstream.stop() }
        var request = QueryRequest(question: Question("www.example.", .a), server: upstream.address)
        request.timeout = 0.03
        #expect(throws: QueryClient.Failure.self) { try QueryClient(request: request).ask() }
        try wait { upstream.questions.count == 3 }
    }

    @Test func closedPortIsAFailure() throws {
        let port = try ClosedPort()
        var request = QueryRequest(patiently: Question("www.example.", .a), of: port.address)
        for usesTCP in [false, true] {
            request.usesTCP = usesTCP
            let client = QueryClient(request: request)
            let error = #expect(throws: QueryClient.Failure.self) { try client.ask() }
            #expect(error.map { "\($0)" } == "no answer from \(port.address): Connection refused")
        }
    }

    //--- Output ---

    private func answer() -> QueryClient.Answer {
        var message = Message(header: Header(id: 4711), questions: [Question("www.example.", .a)])
        message.header.flags = [.qr, .rd, .ra]
        message.header.additionalCount = 1
        message.answers = [
            Record("www.example.", .cname, ttl: 300, .name("a.example.")),
            Record("a.example.", .a, ttl: 86_400, .address(IPAddress(192, 0, 2, 1))),
        ]
        message.edns = EDNS(
            dnssecOK: true,
            options: [
                .cookie(client: [1, 2, 3, 4, 5, 6, 7, 8], server: [UInt8](repeating: 0xab, count: 16)),
                .nsid(Array("ns\u{1b}1".utf8)),
                .extendedError(ExtendedError(.staleAnswer, "no server answered")),
                .tcpKeepalive(105), .unknown(code: 65_001, [0xff]),
            ])
        return QueryClient.Answer(
            message: message, size: 120, isStream: true, milliseconds: 12,
            server: SocketAddress(IPAddress(127, 0, 0, 1), port: 5300),
            clientCookie: [1, 2, 3, 4, 5, 6, 7, 8],
            wasTruncated: true)
    }

    @Test func outputForPeople() {
        let expected = """
            ;; the answer over UDP was truncated; asked again over TCP
            ;; ->>HEADER<<- opcode: QUERY, status: NOERROR, id: 4711
            ;; flags: qr rd ra; QUERY: 1, ANSWER: 2, AUTHORITY: 0, ADDITIONAL: 1

            ;; OPT PSEUDOSECTION:
            ; EDNS: version: 0, flags: do; udp: 1232
            ; COOKIE: 0102030405060708abababababababababababababababab (good)
            ; NSID: 6e731b31 ("ns.1")
            ; EDE: 3 (Stale Answer): no server answered
            ; TCP-KEEPALIVE: 10.5 s
            ; OPT=65001: ff

            ;; QUESTION SECTION:
            ;www.example.  IN  A

            ;; ANSWER SECTION:
            www.example.  300    IN  CNAME  a.example.
            a.example.    86400  IN  A      192.0.2.1

            ;; Query time: 12 ms
            ;; Server: 127.0.0.1:5300 (TCP)
            ;; Message size: 120 octets
            """
        #expect(QueryReport(answer: answer()).lines.joined(separator: "\n") == expected)
    }

    @Test func outputAsJSON() throws {
        let data = Data(QueryReport(answer: answer()).json.utf8)
        let document = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
        #expect(
            Set(document.keys) == [
                "id", "opcode", "status", "flags", "question", "answer", "authority", "additional", "edns",
                "server",
                "transport", "milliseconds", "size", "truncatedOverUDP",
            ])
        let records = try #require(document["answer"] as? [[String: Any]])
        #expect(records.count == 2)
        #expect(records[1]["data"] as? String == "192.0.2.1" && records[1]["ttl"] as? Int == 86_400)
        let edns = try #require(document["edns"] as? [String: Any])
        #expect(Set(edns.keys) == ["version", "payloadSize", "dnssecOK", "nsid", "cookie", "errors"])
        let errors = try #require(edns["errors"] as? [[String: Any]])
        #expect(errors[0]["meaning"] as? String == "Stale Answer")
    }
}
