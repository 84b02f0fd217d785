import DNSWire
import Testing

/// One row of the behaviour table: an odd or bad query, and what is made of it. Rows have the numbers that the project
/// gave them; several cases may belong to one row.
struct BehaviourRow: Sendable, CustomTestStringConvertible {
    enum Transport: Sendable, CaseIterable {
        case udp, tcp, tls, https2, https1, http2, http1

        static let streams = Transport.allCases.filter { $0 != .udp }
        var isHTTP: Bool { self != .udp && self != .tcp && self != .tls }
    }

    enum Expectation: Sendable {
        /// No answer, and a stream is closed; an error over HTTP.
        case nothing
        case response(ResponseCode, [Check])
    }

    enum Check: Sendable {
        case answers(Int)
        case flags(HeaderFlags, Bool)
        case opt(Bool)
        case optVersion(UInt8)
        case optFlagsClear
        case cookie
        case keepalive
        case noKeepalive
        case question(Bool)
        case sizeAtMost(Int)
        case firstAnswer(RecordType)
        case authority(RecordType)
        case authorities(Int)
        case extendedError(ExtendedError.Code)
    }

    let number: Int
    let what: String
    let query: [UInt8]
    let transports: [Transport]
    let expectation: Expectation

    init(
        _ number: Int, _ what: String, _ query: [UInt8], over transports: [Transport] = Transport.allCases,
        _ code: ResponseCode, _ checks: Check...
    ) {
        (self.number, self.what, self.query, self.transports) = (number, what, query, transports)
        expectation = .response(code, checks)
    }

    init(dropped number: Int, _ what: String, _ query: [UInt8]) {
        (self.number, self.what, self.query, transports) = (number, what, query, Transport.allCases)
        expectation = .nothing
    }

    var testDescription: String { "row \(number): \(what)" }

    static let all: [BehaviourRow] =
        malformed + requests + flags + questions + edns + options + sizes + special

    //--- The header and what it counts ---

    private static let www = Packet.question("www.example.")

    private static let malformed: [BehaviourRow] =
        [0, 1, 11].map { count in
            BehaviourRow(
                dropped: 1, "\(count) octets", Array(Packet.make(www).prefix(count)))
        } + [
            BehaviourRow(dropped: 2, "QR is set", Packet.make(flags: 0x8100, www)),
            BehaviourRow(
                3, "question without class", Packet.make(Array(www.dropLast(2))), .formatError, .answers(0)),
            BehaviourRow(
                3, "question ends in its name", Packet.make(Array(www.prefix(5))), .formatError,
                .question(false)),
            BehaviourRow(3, "no question at all", Packet.make(), .formatError, .question(false)),
            BehaviourRow(
                26, "pointer to itself", Packet.make([0xc0, 12], Packet.word(1), Packet.word(1)), .formatError
            ),
            BehaviourRow(
                26, "pointer forward", Packet.make([0xc0, 18], Packet.word(1), Packet.word(1), [1, 97, 0]),
                .formatError),
            BehaviourRow(
                26, "pointers in a circle",
                Packet.make([1, 97, 0xc0, 12], Packet.word(1), Packet.word(1)), .formatError),
            BehaviourRow(
                27, "name of 256 octets",
                Packet.make(
                    (0..<4).flatMap { _ in [62] + [UInt8](repeating: 97, count: 62) } + [2, 97, 97, 0],
                    [0, 1, 0, 1]),
                .formatError),
            BehaviourRow(27, "label type 01", Packet.make([0x41, 97, 0], [0, 1, 0, 1]), .formatError),
            BehaviourRow(27, "label type 10", Packet.make([0x81, 97, 0], [0, 1, 0, 1]), .formatError),
        ]

    private static let requests: [BehaviourRow] =
        [BehaviourRow(4, "IQUERY", Packet.make(flags: 1 << 11, www), .notImplemented)]
        + ([2, 3] + Array(7...15)).map { opcode in
            BehaviourRow(
                5, "opcode \(opcode)", Packet.make(flags: UInt16(opcode) << 11, www), .notImplemented)
        }
        + [
            BehaviourRow(6, "no question", Packet.make(counts: [0, 0, 0, 0]), .formatError),
            BehaviourRow(
                6, "no question, EDNS", Packet.make(counts: [0, 0, 0, 1], Packet.opt()), .formatError,
                .opt(true)),
            BehaviourRow(
                7, "no question, a cookie", Packet.make(counts: [0, 0, 0, 1], Packet.opt(Packet.cookie(8))),
                .noError, .cookie, .answers(0), .question(false)),
            BehaviourRow(8, "two questions", Packet.make(counts: [2, 0, 0, 0], www, www), .formatError),
            BehaviourRow(
                9, "an answer record",
                Packet.make(counts: [1, 1, 0, 0], www, Packet.record([0xc0, 12], .a, [192, 0, 2, 9])),
                .formatError),
            BehaviourRow(
                9, "an authority record",
                Packet.make(counts: [1, 0, 1, 0], www, Packet.record([0xc0, 12], .a, [192, 0, 2, 9])),
                .formatError),
            BehaviourRow(
                15, "UPDATE of class ANY",
                Packet.make(flags: 5 << 11, Packet.question("example.", .soa, 255)), .formatError),
            BehaviourRow(
                15, "NOTIFY of class NONE",
                Packet.make(flags: 4 << 11, Packet.question("example.", .soa, 254)), .formatError),
        ]

    private static let flags: [BehaviourRow] = [
        BehaviourRow(10, "TC is set", Packet.make(flags: 0x0300, www), .formatError, .flags(.tc, false)),
        BehaviourRow(
            11, "Z is set", Packet.make(flags: 0x0140, www), .noError, .answers(1), .flags(.z, false)),
        BehaviourRow(
            12, "AD is set", Packet.make(flags: 0x0120, www), .noError, .answers(1), .flags(.ad, false)),
        BehaviourRow(
            13, "CD is set", Packet.make(flags: 0x0110, www), .noError, .answers(1), .flags(.cd, true)),
        BehaviourRow(
            13, "CD is clear", Packet.make(www), .noError, .flags(.cd, false), .flags(.ra, true),
            .flags(.rd, true)),
    ]

    //--- Classes and types ---

    private static let questions: [BehaviourRow] =
        [2, 4, 77, 254, 255].map { number in
            BehaviourRow(
                14, "class \(number)", Packet.make(Packet.question("www.example.", .a, number)), .refused)
        }
        + [
            BehaviourRow(
                16, "type 65280 with data", Packet.make(Packet.question("odd.example.", odd)), .noError,
                .firstAnswer(odd)),
            BehaviourRow(
                16, "type 65280 without data", Packet.make(Packet.question("www.example.", odd)), .noError,
                .answers(0),
                .authority(.soa)),
            BehaviourRow(
                16, "type 65280 of no name", Packet.make(Packet.question("none.example.", odd)), .nxDomain,
                .authority(.soa)),
        ]
        + [RecordType.opt, .tsig, .tkey].map { type in
            BehaviourRow(17, "type \(type)", Packet.make(Packet.question("www.example.", type)), .formatError)
        }
        + [RecordType.maila, .mailb].map { type in
            BehaviourRow(
                18, "type \(type)", Packet.make(Packet.question("www.example.", type)), .notImplemented)
        }
        + [
            BehaviourRow(
                19, "type ANY", Packet.make(Packet.question("www.example.", .any)), .noError, .answers(1),
                .firstAnswer(.hinfo), .sizeAtMost(100)),
            BehaviourRow(
                20, "AXFR", Packet.make(Packet.question("example.", .axfr)), over: [.udp], .formatError,
                .answers(0)),
            BehaviourRow(
                22, "IXFR without SOA", Packet.make(Packet.question("example.", .ixfr)), .formatError),
            BehaviourRow(
                23, "AXFR", Packet.make(Packet.question("example.", .axfr)), over: Transport.streams,
                .notAuth,
                .answers(0)),
        ]

    private static let odd = RecordType(rawValue: 65_280)

    //--- EDNS ---

    private static let edns: [BehaviourRow] = [
        BehaviourRow(
            28, "EDNS version 1", Packet.withOPT("www.example.", Packet.opt(version: 1)), .badVersion,
            .optVersion(0),
            .answers(0)),
        BehaviourRow(
            29, "two OPTs", Packet.make(counts: [1, 0, 0, 2], www, Packet.opt(), Packet.opt()), .formatError),
        BehaviourRow(
            30, "OPT at a name", Packet.withOPT("www.example.", Packet.opt(name: [1, 97, 0])), .formatError),
        BehaviourRow(
            30, "OPT as answer", Packet.make(counts: [1, 1, 0, 0], www, Packet.opt()), .formatError),
        BehaviourRow(
            30, "OPT as authority", Packet.make(counts: [1, 0, 1, 0], www, Packet.opt()), .formatError),
        BehaviourRow(
            31, "option that overruns",
            Packet.withOPT("www.example.", Packet.opt(Packet.option(65_001, [1, 2], length: 9))), .formatError
        ),
        BehaviourRow(
            31, "option without length", Packet.withOPT("www.example.", Packet.opt([0xfd, 0xe9])),
            .formatError),
        BehaviourRow(
            34, "unknown EDNS flags", Packet.withOPT("www.example.", Packet.opt(flags: 0x7fff)), .noError,
            .answers(1), .optFlagsClear),
        BehaviourRow(35, "no OPT", Packet.make(www), .noError, .answers(1), .opt(false)),
        BehaviourRow(
            35, "an OPT", Packet.withOPT("www.example.", Packet.opt()), .noError, .answers(1), .opt(true)),
    ]

    private static let options: [BehaviourRow] =
        [
            BehaviourRow(
                33, "unknown option",
                Packet.withOPT("www.example.", Packet.opt(Packet.option(65_001, [1, 2, 3]))), .noError,
                .answers(1), .opt(true)),
            BehaviourRow(
                37, "ECS of family 9",
                Packet.withOPT("www.example.", Packet.opt(Packet.option(8, [0, 9, 24, 0, 1, 2, 3]))),
                .formatError),
            BehaviourRow(
                37, "ECS longer than its prefix",
                Packet.withOPT("www.example.", Packet.opt(Packet.option(8, [0, 1, 8, 0, 10, 1, 2]))),
                .formatError),
            BehaviourRow(
                37, "ECS of one octet", Packet.withOPT("www.example.", Packet.opt(Packet.option(8, [0]))),
                .formatError),
            BehaviourRow(
                38, "keepalive", Packet.withOPT("www.example.", Packet.opt(Packet.option(11, []))),
                over: Transport.allCases.filter { $0 != .tcp && $0 != .tls },
                .noError, .answers(1), .noKeepalive),
            BehaviourRow(
                38, "keepalive over a stream",
                Packet.withOPT("www.example.", Packet.opt(Packet.option(11, []))), over: [.tcp, .tls],
                .noError, .answers(1), .keepalive),
        ]
        + [0, 1, 7, 9, 15, 41].map { count in
            BehaviourRow(
                39, "cookie of \(count) octets",
                Packet.withOPT("www.example.", Packet.opt(Packet.cookie(count))),
                .formatError)
        }
        + [8, 16, 24, 40].map { count in
            BehaviourRow(
                39, "cookie of \(count) octets",
                Packet.withOPT("www.example.", Packet.opt(Packet.cookie(count))), .noError,
                .answers(1), .cookie)
        }

    private static let sizes: [BehaviourRow] = [
        BehaviourRow(
            32, "UDP size 100", Packet.withOPT("mid.example.", Packet.opt(size: 100), type: .txt),
            over: [.udp],
            .noError,
            .answers(1), .flags(.tc, false)),
        BehaviourRow(
            36, "answer over 512 octets", Packet.make(Packet.question("big.example.", .txt)), over: [.udp],
            .noError,
            .answers(0), .flags(.tc, true), .sizeAtMost(512)),
        BehaviourRow(
            36, "answer over 1232 octets", Packet.withOPT("big.example.", Packet.opt(size: 4096), type: .txt),
            over: [.udp],
            .noError, .answers(0), .flags(.tc, true), .sizeAtMost(1232)),
        BehaviourRow(
            36, "answer over a stream", Packet.make(Packet.question("big.example.", .txt)),
            over: Transport.streams, .noError, .answers(20), .flags(.tc, false)),
    ]

    //--- Names that are answered here ---

    private static let special: [BehaviourRow] = [
        BehaviourRow(65, "localhost", Packet.make(Packet.question("localhost.")), .noError, .firstAnswer(.a)),
        BehaviourRow(
            65, "below localhost", Packet.make(Packet.question("a.localhost.", .aaaa)), .noError,
            .firstAnswer(.aaaa)),
        BehaviourRow(65, "onion", Packet.make(Packet.question("abc.onion.")), .nxDomain, .authority(.soa)),
        BehaviourRow(65, "invalid", Packet.make(Packet.question("a.invalid.")), .nxDomain, .authority(.soa)),
        BehaviourRow(65, "test", Packet.make(Packet.question("test.")), .nxDomain, .authority(.soa)),
        BehaviourRow(
            65, "home.arpa", Packet.make(Packet.question("nas.home.arpa.")), .nxDomain, .authority(.soa)),
        BehaviourRow(
            65, "private reverse", Packet.make(Packet.question("1.2.168.192.in-addr.arpa.", .ptr)), .nxDomain,
            .authority(.soa)),
        BehaviourRow(
            65, "apex of a private reverse zone", Packet.make(Packet.question("10.in-addr.arpa.", .soa)),
            .noError,
            .firstAnswer(.soa)),
    ]
}
