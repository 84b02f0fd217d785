import DNSOverHTTP
import DNSWire
import TestPeers
import Testing

@Suite struct HTTP1RequestTests {
    static let get = "GET /dns-query?dns=\(Sample.text) HTTP/1.1\r\nHost: dns.example\r\n\r\n"

    private func text(_ service: Service, _ text: String, _ body: [UInt8] = []) -> String {
        String(decoding: service.exchange(Array(text.utf8) + body), as: UTF8.self)
    }

    /// The only query of a connection that is sent `text`, which is answered with 200.
    private func query(_ text: String) -> [UInt8]? {
        let service = Service(.http1)
        let response = self.text(service, text)
        guard response.contains("HTTP/1.1 200 OK\r\n"), service.queries.count == 1 else { return nil }
        return service.queries[0].message
    }

    /// The status of the first response, and whether the connection is over then.
    private func outcome(_ text: String) -> String {
        let service = Service(.http1)
        let response = self.text(service, text)
        let status = response.split(separator: " ").dropFirst().first.map(String.init) ?? "none"
        #expect(
            response.isEmpty
                || response.contains("\r\nConnection: close\r\n") == service.connection.isFinished)
        return status + (service.connection.isFinished ? ", closed" : "")
    }

    @Test func getIsAnswered() throws {
        let service = Service(.detected)
        let response = service.exchange(Array(Self.get.utf8))
        #expect(service.queries.map(\.message) == [Sample.message])
        let head = """
            HTTP/1.1 200 OK\r
            Content-Type: application/dns-message\r
            Content-Length: 33\r
            Cache-Control: max-age=300\r
            \r

            """
        #expect(response == Array(head.utf8) + Service.response(to: Sample.message))
        #expect(service.count(.connectionsHTTP1) == 1 && service.count(.requestsGET) == 1)
        #expect(!service.connection.isFinished && service.connection.wantsInput)
    }

    /// Behaviour rows 66 to 68, the same as over HTTP/2.
    @Test(arguments: RequestCase.all)
    func refusals(request: RequestCase) {
        let service = Service(.http1)
        var fields = request.fields
        if let body = request.body, !fields.contains(where: { $0.0 == "content-length" }) {
            fields.append(("content-length", String(body.count)))
        }
        let head =
            "\(request.method) \(request.target) HTTP/1.1\r\nHost: dns.example\r\n"
            + fields.map { "\($0.0): \($0.1)\r\n" }.joined() + "\r\n"
        let response = text(service, head, request.body ?? [])
        #expect(response.hasPrefix("HTTP/1.1 \(request.status) "))
        #expect(service.queries.count == (request.status == 200 ? 1 : 0))
        #expect(response.contains("\r\nAllow: GET, HEAD, POST, OPTIONS\r\n") == (request.status == 405))
        if !service.connection.isFinished { #expect(text(service, Self.get).hasPrefix("HTTP/1.1 200 ")) }
        // What is not read to its end must not be taken for the next request.
        #expect(service.connection.isFinished == [413, 431].contains(request.status))
    }

    @Test func chunkedBodies() {
        func post(_ chunks: String) -> String {
            "POST /dns-query HTTP/1.1\r\nHost: a\r\nContent-Type: application/dns-message\r\n"
                + "Transfer-Encoding: chunked\r\n\r\n" + chunks
        }
        // Octets below 128, so that text will do.
        let message = String(decoding: Sample.message, as: UTF8.self)
        #expect(query(post("21\r\n\(message)\r\n0\r\n\r\n")) == Sample.message)
        let parts =
            "A;x=\"y\"\r\n\(message.prefix(10))\r\n0017\r\n\(message.dropFirst(10))\r\n0;z\r\na: b\r\n\r\n"
        #expect(query(post(parts)) == Sample.message)
        for chunks in [
            "0x21\r\n\(message)\r\n0\r\n\r\n", "-1\r\n", "\r\n", "21 \r\n", "21\n\(message)\r\n",
            "20\r\n\(message)\r\n0\r\n\r\n", "21\r\n\(message)\n0\r\n\r\n", "g\r\n", "00000000000000021\r\n",
            "21;a\u{1}\r\n", "0\r\n folded\r\n\r\n", "0\r\nbad name: x\r\n\r\n",
            "1;" + String(repeating: "x", count: 300),
        ] {
            #expect(outcome(post(chunks)) == "400, closed", "\(chunks.debugDescription)")
        }
        #expect(outcome(post("10000\r\n")) == "413, closed")
        #expect(outcome(post("ffffffffffffffff\r\n")) == "413, closed")
        // Chunks of an octet each.
        #expect(
            outcome(post(String(repeating: "1;aaaaaaaaaaaaaaaa\r\nx\r\n", count: 1_000))) == "400, closed")
    }

    /// RFC 9112 §2.2, §3, §5, §6: what others may read differently.
    @Test(arguments: [
        ("GET /dns-query HTTP/1.1\n\n", "400"),
        ("GET /dns-query HTTP/1.1\r\nHost: a\n\r\n", "400"),
        ("GET /dns-query HTTP/1.1\r\nHost: a\rb: c\r\n\r\n", "400"),
        ("GET  /dns-query HTTP/1.1\r\nHost: a\r\n\r\n", "400"),
        ("GET /dns-query  HTTP/1.1\r\nHost: a\r\n\r\n", "400"),
        ("GET /dns-query\r\n\r\n", "400"),
        (" GET /dns-query HTTP/1.1\r\nHost: a\r\n\r\n", "400"),
        ("GET\t/dns-query\tHTTP/1.1\r\nHost: a\r\n\r\n", "400"),
        ("GET /dns query HTTP/1.1\r\nHost: a\r\n\r\n", "400"),
        ("G(T /dns-query HTTP/1.1\r\nHost: a\r\n\r\n", "400"),
        ("GET /dns-query http/1.1\r\nHost: a\r\n\r\n", "400"),
        ("GET /dns-query HTTP/1.1 \r\nHost: a\r\n\r\n", "400"),
        ("GET /dns-query HTTP/2.0\r\nHost: a\r\n\r\n", "505"),
        ("GET /dns-query HTTP/11\r\nHost: a\r\n\r\n", "400"),
        ("GET /dns-query HTTP/1.1\r\n\r\n", "400"),
        ("GET /dns-query HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", "400"),
        ("GET /dns-query HTTP/1.1\r\nHost : a\r\n\r\n", "400"),
        ("GET /dns-query HTTP/1.1\r\n Host: a\r\n\r\n", "400"),
        ("GET /dns-query HTTP/1.1\r\nHost: a\r\n b\r\n\r\n", "400"),
        ("GET /dns-query HTTP/1.1\r\nHost: a\r\nb\r\n\r\n", "400"),
        ("GET /dns-query HTTP/1.1\r\nHost: a\r\n: b\r\n\r\n", "400"),
        ("GET /dns-query HTTP/1.1\r\nHost: a\u{0}\r\n\r\n", "400"),
        ("GET /dns-query HTTP/1.1\r\nHost: a\r\nb: \u{7f}\r\n\r\n", "400"),
        (
            "POST /dns-query HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
            "400"
        ),
        ("POST /dns-query HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\n", "400"),
        ("POST /dns-query HTTP/1.1\r\nHost: a\r\nContent-Length: 5, 5\r\n\r\n", "400"),
        ("POST /dns-query HTTP/1.1\r\nHost: a\r\nContent-Length: +5\r\n\r\n", "400"),
        ("POST /dns-query HTTP/1.1\r\nHost: a\r\nContent-Length: 0x5\r\n\r\n", "400"),
        ("POST /dns-query HTTP/1.1\r\nHost: a\r\nContent-Length:\r\n\r\n", "400"),
        ("POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999999999999999\r\n\r\n", "413"),
        ("POST /dns-query HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n", "501"),
        ("POST /dns-query HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked, chunked\r\n\r\n", "501"),
        (
            "POST /dns-query HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: x\r\n\r\n",
            "400"
        ),
        ("POST /dns-query HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", "400"),
        ("\r\n\r\n\r\n\r\n\r\n\r\n", "400"),
    ])
    func smuggling(request: String, status: String) {
        #expect(outcome(request + Self.get) == status + ", closed")
    }

    @Test func headsAreBounded() {
        #expect(outcome("GET /" + String(repeating: "a", count: 9_000)) == "414, closed")
        #expect(outcome("GET / HTTP/1.1\r\na: " + String(repeating: "a", count: 17_000)) == "431, closed")
        #expect(
            outcome("GET / HTTP/1.1\r\nHost: a\r\n" + String(repeating: "a: b\r\n", count: 1_000))
                == "431, closed")
        #expect(outcome("GET /" + String(repeating: "a", count: 8_000)) == "none")
    }

    @Test func formsOfTheTarget() {
        let dns = "?dns=\(Sample.text)"
        for target in ["http://dns.example/dns-query", "HTTPS://dns.example:443/dns-query"] {
            #expect(query("GET \(target)\(dns) HTTP/1.1\r\nHost: a\r\n\r\n") == Sample.message)
        }
        #expect(outcome("GET http://dns.example\(dns) HTTP/1.1\r\nHost: a\r\n\r\n") == "404")
        #expect(outcome("OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n") == "204")
        #expect(outcome("CONNECT dns.example:443 HTTP/1.1\r\nHost: a\r\n\r\n") == "405")
        #expect(query("\r\n" + Self.get) == Sample.message)
    }

    @Test func headHasNoBody() {
        let service = Service(.http1)
        let response = text(service, Self.get.replacing("GET", with: "HEAD"))
        #expect(response.contains("Content-Length: 33\r\n") && response.hasSuffix("\r\n\r\n"))
        let refusal = text(service, "HEAD / HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(refusal.hasPrefix("HTTP/1.1 404 ") && refusal.hasSuffix("\r\n\r\n"))
    }

    /// The error of a line that is no request has a body, whatever the request before was.
    @Test func errorsAfterHead() {
        let service = Service(.http1)
        let response = text(service, Self.get.replacing("GET", with: "HEAD") + "BAD\n")
        #expect(
            response.hasSuffix("This is not a well-formed HTTP request.\n") && service.connection.isFinished)
    }

    @Test func pipelinedRequestsAreAnsweredInOrder() {
        let service = Service(.http1)
        service.answer = { _ in nil }
        let other = "GET / HTTP/1.1\r\nHost: a\r\n\r\n"
        service.exchange(Array((Self.get + other + Self.get).utf8))
        #expect(service.queries.count == 1 && !service.connection.wantsInput)
        #expect(service.connection.pendingCount == 1)
        service.respond(Sample.message, to: 99)
        service.respond(Sample.message, to: service.queries[0].query.stream)
        let first = String(decoding: service.serve(), as: UTF8.self)
        #expect(first.components(of: "HTTP/1.1 ") == ["200", "404"])
        #expect(service.queries.count == 2)
        service.connection.refuse(service.queries[1].query.stream, .unavailable)
        #expect(String(decoding: service.serve(), as: UTF8.self).components(of: "HTTP/1.1 ") == ["503"])
        #expect(service.connection.wantsInput && service.connection.pendingCount == 0)
    }

    @Test func outputIsBounded() {
        var settings = DoHSettings()
        settings.limits.outputHighWater = 1_000
        let service = Service(.http1, settings)
        let request = "GET / HTTP/1.1\r\nHost: a\r\n\r\n"
        service.receive(Array(String(repeating: request, count: 100).utf8))
        #expect(service.connection.unsentCount < 2_000 && !service.connection.wantsInput)
        let all = String(decoding: service.serve(), as: UTF8.self)
        #expect(all.components(of: "HTTP/1.1 ").count == 100 && service.connection.wantsInput)
    }

    /// RFC 9112 §9.3.
    @Test func persistence() {
        func get(_ version: String, _ connection: String?) -> String {
            "GET /dns-query?dns=\(Sample.text) HTTP/\(version)\r\nHost: a\r\n"
                + (connection.map { "Connection: \($0)\r\n" } ?? "") + "\r\n"
        }
        #expect(outcome(get("1.1", nil)) == "200")
        #expect(outcome(get("1.9", nil)) == "200")
        #expect(outcome(get("1.1", "close")) == "200, closed")
        #expect(outcome(get("1.1", "x, Close")) == "200, closed")
        #expect(outcome(get("1.0", nil)) == "200, closed")
        #expect(outcome("GET /dns-query?dns=\(Sample.text) HTTP/1.0\r\n\r\n") == "200, closed")
        let service = Service(.http1)
        #expect(text(service, get("1.0", "keep-alive")).contains("\r\nConnection: keep-alive\r\n"))
        #expect(!service.connection.isFinished)
        #expect(outcome(get("1.1", "close") + Self.get) == "200, closed")
        // Upgrade is ignored (RFC 9113 §3.1).
        #expect(
            outcome(get("1.1", "Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk"))
                == "200")
    }

    /// RFC 9110 §10.1.1.
    @Test func bodyIsInvited() {
        let head =
            "POST /dns-query HTTP/1.1\r\nHost: a\r\nContent-Length: 33\r\nExpect: 100-continue\r\nContent-Type: "
        let service = Service(.http1)
        #expect(text(service, head + "application/dns-message\r\n\r\n") == "HTTP/1.1 100 Continue\r\n\r\n")
        #expect(text(service, "", Sample.message).hasPrefix("HTTP/1.1 200 "))
        #expect(outcome(head + "text/plain\r\n\r\n") == "415, closed")
        #expect(
            outcome(head.replacing("100-continue", with: "x") + "application/dns-message\r\n\r\n")
                == "417, closed")
        let old = Service(.http1)
        #expect(
            text(old, head.replacing("HTTP/1.1", with: "HTTP/1.0") + "application/dns-message\r\n\r\n") == "")
    }

    @Test func shutDownAnswersWhatWasAsked() {
        let service = Service(.http1)
        service.answer = { _ in nil }
        service.exchange(Array((Self.get + Self.get).utf8))
        service.connection.shutDown()
        #expect(!service.connection.isFinished)
        service.respond(Sample.message, to: service.queries[0].query.stream)
        let response = String(decoding: service.serve(), as: UTF8.self)
        #expect(response.components(of: "HTTP/1.1 ") == ["200"] && response.contains("Connection: close"))
        #expect(service.connection.isFinished && service.queries.count == 1)
        let idle = Service(.http1)
        idle.exchange(Array(Self.get.utf8))
        idle.connection.shutDown()
        #expect(idle.connection.isFinished)
    }
}

extension String {
    /// The words that follow each occurrence of a prefix.
    fileprivate func components(of prefix: String) -> [String] {
        var found: [String] = []
        var rest = self[...]
        while let range = rest.firstRange(of: prefix) {
            rest = rest[range.upperBound...]
            found.append(String(rest.prefix { $0 != " " }))
        }
        return found
    }
}
