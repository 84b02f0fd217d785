import CFuzzer
import DNSOverHTTP
import DNSWire

/// Any octets as the target of a GET. A message that comes out must be in it, as base64url.
@main
enum FuzzDoHPath {
    static func main() {
        _ = fuzzer_run(CommandLine.argc, CommandLine.unsafeArgv) { data, count in
            FuzzDoHPath.run(Array(UnsafeBufferPointer(start: data, count: count)))
            return 0
        }
    }

    static func run(_ bytes: [UInt8]) {
        let text = String(decoding: bytes, as: UTF8.self)
        if let path = HTTPPath(text) { precondition(path == HTTPPath(text) && text.utf8.first == 0x2f) }
        let connection = DoHConnection(
            version: .http1, peer: IPAddress(127, 0, 0, 1), settings: DoHSettings(),
            counters: DoHCounterSet())
        let request = Array("GET ".utf8) + bytes + Array(" HTTP/1.1\r\nHost: a\r\n\r\n".utf8)
        connection.receive(request.span)
        var buffer = [UInt8](repeating: 0, count: 65_535)
        var room = buffer.mutableSpan
        guard let query = connection.nextQuery(into: &room) else { return }
        let wanted = Array("dns=".utf8) + encode(buffer[..<query.count])
        let plain = decoded(bytes)
        let isThere = plain.indices.contains { plain[$0...].starts(with: wanted) }
        precondition(isThere, "a message that is not in the target")
    }

    /// With every percent-encoding taken away.
    static func decoded(_ bytes: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        var index = 0
        while index < bytes.count {
            if bytes[index] == 0x25, index + 2 < bytes.count,
                let octet = UInt8(String(decoding: bytes[index + 1...index + 2], as: UTF8.self), radix: 16)
            {
                result.append(octet)
                index += 3
            } else {
                result.append(bytes[index])
                index += 1
            }
        }
        return result
    }

    static func encode(_ octets: ArraySlice<UInt8>) -> [UInt8] {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)
        var text: [UInt8] = []
        var bits = 0
        var count = 0
        for octet in octets {
            bits = (bits << 8 | Int(octet)) & 0xffff
            count += 8
            while count >= 6 {
                count -= 6
                text.append(alphabet[bits >> count & 63])
            }
        }
        if count > 0 { text.append(alphabet[bits << (6 - count) & 63]) }
        return text
    }
}
