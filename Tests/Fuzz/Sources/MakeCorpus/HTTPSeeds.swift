/// Seeds of what reads HTTP.
enum HTTPSeeds {
    private static let message: [UInt8] =
        [0, 0, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 3, 119, 119, 119, 7] + Array("example".utf8) + [3, 99, 111, 109]
        + [0, 0, 28, 0, 1]
    private static let text = "AAABAAABAAAAAAAAA3d3dwdleGFtcGxlA2NvbQAAHAAB"
    private static let target = "/dns-query?dns=" + text

    static let targets = [
        target, "/dns-query?ct&dns=\(text)&x=y",
        "/dns%2Dquery?%64ns=%41AABAAABAAAAAAAAA3d3dwdleGFtcGxlA2NvbQAAHAAB",
        "https://a/dns-query?dns=\(text)", "*", "/dns-query?dns=\(text)=", "/a%2fb?dns=\(text)&dns=\(text)",
    ].map { Array($0.utf8) }

    private static let post =
        "POST /dns-query HTTP/1.1\r\nHost: a\r\nContent-Type: application/dns-message\r\n"

    static let http1: [[UInt8]] = [
        Array(
            "\u{20}GET \(target) HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: 192.0.2.1, 127.0.0.1\r\n\r\n".utf8),
        Array("\u{7f}HEAD \(target) HTTP/1.0\r\nConnection: keep-alive\r\n\r\nGET / HTTP/1.0\r\n\r\n".utf8),
        Array("\u{1}\(post)Content-Length: 33\r\nExpect: 100-continue\r\n\r\n".utf8) + message,
        Array("\u{9}\(post)Transfer-Encoding: chunked\r\n\r\na;b=c\r\n".utf8) + message[..<10]
            + Array("\r\n17\r\n".utf8) + message[10...] + Array("\r\n0\r\na: b\r\n\r\n".utf8),
        Array("\u{3}OPTIONS * HTTP/1.1\r\nHost: a\r\nForwarded: for=\"[2001:db8::1]:1\";by=_x\r\n\r\n".utf8),
        Array("\u{3}\(post)Content-Length: 5\r\nTransfer-Encoding: gzip\r\n\r\n".utf8),
    ]

    private static func frame(_ type: UInt8, _ flags: UInt8, _ stream: UInt8, _ payload: [UInt8]) -> [UInt8] {
        [0, UInt8(payload.count >> 8), UInt8(payload.count & 255), type, flags, 0, 0, 0, stream] + payload
    }

    private static func literal(_ text: String) -> [UInt8] { [UInt8(text.utf8.count)] + text.utf8 }

    private static var get: [UInt8] {
        [0x82, 0x87, 0x41] + literal("dns.example") + [0x04] + literal(target)
    }
    private static var posted: [UInt8] {
        [0x83, 0x87, 0x41] + literal("a") + [0x44] + literal("/dns-query") + [0x5f]
            + literal("application/dns-message")
    }

    static let http2: [[UInt8]] = [
        [0xfe] + frame(1, 5, 1, get) + frame(1, 5, 3, get) + frame(6, 0, 0, [1, 2, 3, 4, 5, 6, 7, 8]),
        [0xff] + frame(1, 4, 1, posted) + frame(0, 0, 1, Array(message[..<9]))
            + frame(0, 1, 1, Array(message[9...])),
        [0x08] + frame(4, 0, 0, [0, 4, 0, 0, 0, 5]) + frame(1, 5, 1, get) + frame(8, 0, 1, [0, 0, 0, 99]),
        [0x81] + frame(1, 5, 1, get) + frame(3, 0, 1, [0, 0, 0, 8])
            + frame(7, 0, 0, [0, 0, 0, 0, 0, 0, 0, 0]),
        [0x40] + frame(1, 1, 1, Array(get[..<20])) + frame(9, 4, 1, Array(get[20...]))
            + frame(2, 0, 1, [0, 0, 0, 0, 1]),
        [0x10] + frame(1, 12, 1, [2] + posted + [0, 0]) + frame(0, 8, 1, [1] + message + [0])
            + frame(1, 5, 1, [0x00] + literal("a") + literal("b")),
    ]

    private static func proxy(_ command: UInt8, _ family: UInt8, _ rest: [UInt8]) -> [UInt8] {
        [13, 10, 13, 10, 0, 13, 10, 0x51, 0x55, 0x49, 0x54, 10, command, family, 0, UInt8(rest.count)] + rest
    }

    static let proxies: [[UInt8]] = [
        proxy(0x21, 0x11, [192, 0, 2, 7, 198, 51, 100, 1, 48, 57, 1, 187]), proxy(0x20, 0, []),
        proxy(0x21, 0x21, [UInt8](repeating: 7, count: 36) + [4, 0, 1, 0, 3, 0, 4, 1, 2, 3, 4]),
        proxy(0x21, 0x31, [UInt8](repeating: 0, count: 216)),
        proxy(0x21, 0x12, [UInt8](repeating: 1, count: 12)),
        Array("for=192.0.2.1;proto=https;by=\"_x\", for=\"[2001:db8::17]:4711\",for=unknown".utf8),
        Array("192.0.2.1, 10.0.0.1,[2001:db8::1]:2, unknown, 192.0.2.1:5".utf8),
    ]
}
