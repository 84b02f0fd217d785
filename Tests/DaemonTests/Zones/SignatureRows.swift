import DNSCrypto
import DNSWire
import Testing

@testable import DNSZones
@testable import homing

/// A row of the behaviour table about a signature: a good request that is signed, and what is done to it then.
struct SignatureRow: Sendable, CustomTestStringConvertible {
    /// What a response says of the request's signature.
    enum Verdict: Sendable {
        /// FORMERR, and no TSIG record.
        case malformed
        /// NOTAUTH, with this error and no MAC.
        case unproved(TransactionError)
        /// NOTAUTH, with this error and a good MAC.
        case proved(TransactionError)
        /// What was asked for, signed.
        case good
    }

    let number: Int
    let what: String
    let key: TransactionKey
    /// Seconds by which the client's clock is wrong.
    let skew: Int64
    let change: @Sendable (inout SignedPacket) -> Void
    let expected: Verdict

    init(
        _ number: Int, _ what: String, key: TransactionKey = ZonesHouse.mover, skew: Int64 = 0,
        _ expected: Verdict, _ change: @escaping @Sendable (inout SignedPacket) -> Void = { _ in }
    ) {
        (self.number, self.what, self.key, self.skew) = (number, what, key, skew)
        (self.expected, self.change) = (expected, change)
    }

    var testDescription: String { "row \(number): \(what)" }

    // --- The requests ---

    private static let requests: [[UInt8]] = [
        Packet.make(Packet.question("www.lab.example.")),
        Packet.make(Packet.question("www.example.")),
        Packet.withOPT("www.lab.example.", Packet.opt()),
        Packet.update(prerequisites: [Packet.record("www.lab.example.", .a, class: 255)]),
    ]

    func check(in house: ZonesHouse, over transport: BehaviourRow.Transport) throws {
        for request in Self.requests {
            var client = TransactionClient(key)
            var octets = request
            let wall = WallClock.now() + skew
            #expect(client.sign(&octets, wall: wall))
            var packet = try SignedPacket(octets)
            change(&packet)
            let (message, response) = try house.exchange(packet.octets, over: transport)
            #expect(message.header.id == Packet.id)
            let verdict =
                packet.isTruncated
                ? try packet.verdict(on: response, key) : client.verify(response.span, wall: wall)
            try check(message, verdict)
        }
    }

    private func check(_ message: Message, _ verdict: TransactionClient.Verdict) throws {
        let record = message.additionals.last { $0.type == .tsig }
        switch expected {
        case .malformed:
            #expect(message.responseCode == .formatError && record == nil)
        case .unproved(let error):
            #expect(message.responseCode == .notAuth && message.answers.isEmpty)
            let signature = try #require(record.flatMap { TransactionSignature($0.rdata) })
            #expect(signature.error == error && signature.mac.isEmpty)
            #expect(record?.recordClass == .any && record?.ttl == 0)
        case .proved(let error):
            #expect(message.responseCode == .notAuth && message.answers.isEmpty)
            guard case .failed(.refused(error, isProved: true, let serverTime)) = verdict else {
                Issue.record("\(verdict)")
                return
            }
            let isTold = serverTime.map { abs($0 - WallClock.now()) <= Int64(2 * patience) } ?? false
            #expect(isTold == (error == .badTime))
        case .good:
            #expect(message.responseCode == .noError && verdict.isSigned)
        }
    }

    // --- The rows ---

    static let all: [SignatureRow] = places + keys + codes + lengths + times

    private static let places: [SignatureRow] = [
        SignatureRow(42, "an address behind it", .malformed) { packet in
            packet.append(Packet.record("www.lab.example.", .a, class: 1, [192, 0, 2, 1]))
        },
        SignatureRow(42, "two of them", .malformed) { packet in packet.append(packet.record) },
        SignatureRow(42, "an OPT behind it", .malformed) { packet in packet.append(Packet.opt()) },
        SignatureRow(42, "of class IN", .malformed) { packet in packet.recordClass = 1 },
        SignatureRow(42, "with a TTL", .malformed) { packet in packet.ttl = 1 },
        SignatureRow(42, "with octets behind its data", .malformed) { packet in packet.extra = [0] },
        SignatureRow(42, "cut short", .malformed) { packet in packet.cut = 3 },
    ]

    private static let keys: [SignatureRow] = [
        SignatureRow(43, "a key that is not known", key: stranger, .unproved(.badKey)),
        SignatureRow(43, "another algorithm than the key's", key: weaker, .unproved(.badKey)),
        SignatureRow(43, "an algorithm that nobody knows", .unproved(.badKey)) { packet in
            packet.signature.algorithm = "hmac-none."
        },
        SignatureRow(43, "the key's name in capitals", .good) { packet in packet.keyName = "MOVER." },
        SignatureRow(43, "the algorithm's name in capitals", .good) { packet in
            packet.signature.algorithm = "HMAC-SHA256."
        },
    ]

    private static let stranger = TransactionKey("stranger.", .hmacSHA256, secret: ZonesHouse.mover.secret)
    private static let weaker = TransactionKey("mover.", .hmacSHA1, secret: ZonesHouse.mover.secret)
    private static let guessed = TransactionKey("mover.", .hmacSHA256, secret: [1, 2, 3])

    private static let codes: [SignatureRow] =
        [
            SignatureRow(44, "a secret that is guessed", key: guessed, .unproved(.badSignature)),
            SignatureRow(44, "a request that was changed", .unproved(.badSignature)) { packet in
                // A letter of its first name.
                packet.content[13] ^= 1
            },
            SignatureRow(44, "another fudge", .unproved(.badSignature)) { packet in
                packet.signature.fudge += 1
            },
            SignatureRow(44, "another time", .unproved(.badSignature)) { packet in
                packet.signature.timeSigned += 1
            },
            SignatureRow(44, "an error", .unproved(.badSignature)) { packet in
                packet.signature.error = .badTime
            },
            SignatureRow(44, "another original ID", .unproved(.badSignature)) { packet in
                packet.signature.originalID ^= 1
            },
        ]
        + [0, 15, 31].map { index in
            SignatureRow(44, "octet \(index) of the MAC", .unproved(.badSignature)) { packet in
                packet.signature.mac[index] ^= 0x10
            }
        }

    private static let lengths: [SignatureRow] =
        [0, 1, 9, 10, 15, 33, 64].map { length in
            SignatureRow(45, "a MAC of \(length) octets", .malformed) { packet in
                let mac = packet.signature.mac
                packet.signature.mac = Array((mac + mac).prefix(length))
            }
        }
        + [16, 17, 31].map { length in
            SignatureRow(47, "a MAC of \(length) octets", .proved(.badTruncation)) { packet in
                packet.signature.mac.removeSubrange(length...)
            }
        }
        + [16, 31].map { length in
            SignatureRow(44, "a wrong MAC of \(length) octets", .unproved(.badSignature)) { packet in
                packet.signature.mac.removeSubrange(length...)
                packet.signature.mac[length - 1] ^= 1
            }
        }

    private static let times: [SignatureRow] = [
        SignatureRow(46, "an hour ago", skew: -3_600, .proved(.badTime)),
        SignatureRow(46, "in an hour", skew: 3_600, .proved(.badTime)),
        SignatureRow(46, "within the fudge", skew: -200, .good),
    ]
}

/// A packet that ends with a TSIG record, which can be changed.
struct SignedPacket {
    /// Without the record, which ARCOUNT counts.
    var content: [UInt8]
    var keyName: DomainName
    var recordClass: UInt16 = 255
    var ttl: UInt32 = 0
    var signature: TransactionSignature
    /// Octets behind the RDATA, within its length.
    var extra: [UInt8] = []
    /// Octets that the packet ends before its end.
    var cut = 0
    private var behind: [UInt8] = []

    /// Whether the MAC is shorter than it was.
    var isTruncated: Bool { signature.mac.count < ZonesHouse.mover.algorithm.length }

    init(_ octets: [UInt8]) throws {
        let message = try Message(parsing: octets.span)
        let record = try #require(message.additionals.last)
        let place = try SignaturePlace.find(in: octets.span)
        keyName = record.ownerName
        signature = try #require(TransactionSignature(record.rdata))
        content = Array(octets[..<(try #require(place).start)])
    }

    var record: [UInt8] {
        let data = signature.rdata.bytes + extra
        return keyName.wire + Packet.word(RecordType.tsig.rawValue) + Packet.word(recordClass)
            + Packet.word(UInt16(ttl >> 16)) + Packet.word(UInt16(ttl & 0xffff))
            + Packet.word(UInt16(data.count)) + data
    }

    var octets: [UInt8] { (content + record + behind).dropLast(cut) }

    /// What a client makes of the response that sent its MAC truncated: that is what the response's MAC covers.
    func verdict(on response: [UInt8], _ key: TransactionKey) throws -> TransactionClient.Verdict {
        let place = try SignaturePlace.find(in: response.span)
        guard let place, let read = TransactionVerifier.read(response.span, place) else {
            return .failed(.unsigned)
        }
        guard !read.signature.mac.isEmpty else {
            return .failed(.refused(read.signature.error, isProved: false, serverTime: nil))
        }
        var mac = AuthenticationKey(key.algorithm, secret: key.secret).begin()
        mac.absorb(mac: signature.mac)
        mac.absorb(signed: response.span, at: place, id: read.signature.originalID)
        mac.absorb(read.signature.variables(for: key))
        guard mac.code() == read.signature.mac else { return .failed(.badSignature) }
        return .failed(
            .refused(read.signature.error, isProved: true, serverTime: read.signature.serverTime))
    }

    /// Puts a record behind the signature.
    mutating func append(_ record: [UInt8]) {
        behind += record
        content[11] += 1
    }
}
