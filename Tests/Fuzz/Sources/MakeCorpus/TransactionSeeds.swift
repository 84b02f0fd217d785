import DNSCrypto
import DNSWire
import DNSZones

/// Messages as `FuzzTransaction` reads them: the game, what is changed, and the message.
enum TransactionSeeds {
    private static let wall: Int64 = 1_700_000_000
    private static let key = TransactionKey("k.test.", .hmacSHA256, secret: Array(1...32))

    static var all: [[UInt8]] {
        var query = Message(header: Header(id: 7), questions: [Question("a.test.", .a)])
        let plain = query.compose()
        query.edns = EDNS()
        query.header.opcode = .update
        let other = query.compose()
        var seeds: [[UInt8]] = []
        for game: UInt8 in [1, 5, 9] {
            for message in [plain, other] {
                seeds.append([game, 0, 0] + message)
                seeds.append([game, 5, 7] + message)
            }
        }
        seeds += [plain, other].map { [0, 0, 0] + signed($0) }
        seeds += [plain, other].map { [0, 0, 0] + $0 }
        seeds.append([0, 0, 0] + signed(plain, wall: wall - 301))
        let signature = TransactionSignature(
            algorithm: "hmac-sha256.", timeSigned: wall, fudge: 300, mac: Array(1...32), originalID: 7,
            error: .badTime, otherData: [0, 0, 1, 2, 3, 4])
        query.additionals = [Record("k.test.", .tsig, .any, ttl: 0, signature.rdata)]
        let response = query.compose()
        seeds.append([0, 0, 0] + response)
        seeds.append([3, 0, 0] + [response, plain, response].flatMap(frame))
        query.additionals = [publicKeySignature]
        seeds.append([2, 0, 0] + query.compose())
        return seeds
    }

    private static func signed(_ message: [UInt8], wall: Int64 = wall) -> [UInt8] {
        var message = message
        var client = TransactionClient(key)
        _ = client.sign(&message, wall: wall)
        return message
    }

    private static func frame(_ octets: [UInt8]) -> [UInt8] {
        [UInt8(octets.count >> 8), UInt8(octets.count & 255)] + octets
    }

    /// SIG(0) of this minute, with octets in the place of a signature.
    private static var publicKeySignature: Record {
        var data: [UInt8] = [0, 0, 13, 0, 0, 0, 0, 0]
        for time in [wall + 300, wall - 300] {
            for shift in [24, 16, 8, 0] { data.append(UInt8(truncatingIfNeeded: time >> shift)) }
        }
        data += [0, 7] + ("k.test." as DomainName).wire + Array(1...64)
        return Record(.root, .sig, .any, ttl: 0, RData(unchecked: data))
    }
}
