import TestPeers
import Testing

/// Requests and their status, the same in every version of HTTP.
struct RequestCase: Sendable, CustomTestStringConvertible {
    var method = "GET"
    var target: String
    var fields: [(String, String)] = []
    var body: [UInt8]?
    let status: Int
    let what: String

    var testDescription: String { what }

    private static func get(_ status: Int, _ target: String, _ what: String) -> RequestCase {
        RequestCase(target: target, status: status, what: what)
    }

    private static func post(
        _ status: Int, type: String? = "application/dns-message", body: [UInt8] = Sample.message,
        target: String = "/dns-query", _ what: String
    ) -> RequestCase {
        let length = [("content-length", String(body.count))]
        return RequestCase(
            method: "POST", target: target, fields: (type.map { [("content-type", $0)] } ?? []) + length,
            body: body, status: status, what: what)
    }

    private static let dns = "/dns-query?dns="

    static let all: [RequestCase] = [
        get(200, dns + Sample.text, "a query"),
        get(200, "/dns-query?ct&dns=" + Sample.text + "&x=y", "other parameters"),
        get(200, "/dns%2Dquery?%64ns=%41" + Sample.text.dropFirst(), "needless percent-encoding"),
        get(400, "/dns-query", "no parameters"),
        get(400, "/dns-query?", "empty parameters"),
        get(400, "/dns-query?dn=" + Sample.text, "no dns"),
        get(400, "/dns-query?dns", "dns without value"),
        get(400, dns, "an empty message"),
        get(400, dns + "AAABAAABAAAAAAA", "a message of 11 octets"),
        get(400, dns + Sample.text + "=", "padding"),
        get(400, dns + Sample.text + "%3D", "encoded padding"),
        get(400, dns + Sample.text.replacing("d", with: "+"), "base64, but not of URLs"),
        get(400, dns + Sample.text + "A", "a character too many"),
        get(400, dns + Sample.text + "AB", "bits that are not zero"),
        get(400, dns + Sample.text + "%zz", "malformed percent-encoding"),
        get(400, dns + Sample.text + "&dns=" + Sample.text, "dns twice"),
        get(404, "/", "the root"),
        get(404, "/dns-query/?dns=" + Sample.text, "a slash more"),
        get(404, "/dns-quer?dns=" + Sample.text, "an octet less"),
        get(404, "/dns%2fquery?dns=" + Sample.text, "another path"),
        get(404, "/DNS-query?dns=" + Sample.text, "another case"),
        get(414, dns + String(repeating: "A", count: 8_192), "a long target"),
        RequestCase(
            target: dns + Sample.text,
            fields: [
                ("cookie", String(repeating: "x", count: 10_000)),
                ("a", String(repeating: "y", count: 7_000)),
            ],
            status: 431, what: "large fields"),
        RequestCase(method: "PUT", target: "/dns-query", status: 405, what: "another method"),
        RequestCase(method: "get", target: dns + Sample.text, status: 405, what: "a method in lower case"),
        RequestCase(
            target: dns + Sample.text, body: Sample.message, status: 200, what: "a GET with a body"),
        post(200, "a posted query"),
        post(200, type: "Application/DNS-Message ; x=y", "a content type with a parameter"),
        post(200, target: "/dns-query?dns=!", "a posted query with parameters"),
        post(400, body: Array(Sample.message[..<11]), "a posted message of 11 octets"),
        post(400, body: [], "an empty body"),
        post(404, target: "/", "posted elsewhere"),
        post(415, type: nil, "no content type"),
        post(415, type: "text/plain", "another content type"),
        RequestCase(
            method: "POST", target: "/dns-query",
            fields: [("content-type", "application/dns-message"), ("content-length", "65536")],
            body: [], status: 413, what: "a body of 65,536 octets"),
    ]
}
