/// What a client of HTTP/2 sends first (RFC 9113 §3.4).
enum HTTP2Preface {
    static let octets = Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8)
    /// So many octets of it are enough to know that no request of HTTP/1.1 is meant: the rest is libnghttp2's
    /// to judge.
    static let decisive = 16
}
