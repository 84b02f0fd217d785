import DNSWire
import DNSZones
import Testing

@testable import homing

/// Answers of zones that are held here, given by a server that resolves for the same clients.
@Suite struct HeldAnswerTests {
    typealias Transport = BehaviourRow.Transport

    private let house: ZonesHouse

    init() throws { house = try ZonesHouse.shared.get() }

    private func text(_ records: [Record]) -> [String] {
        records.map { "\($0.ownerName) \($0.type) \($0.rdata.text(for: $0.type))" }
    }

    // --- Flags ---

    @Test(arguments: Transport.allCases)
    func `the zone is authoritative, and recursion stays available`(_ transport: Transport) throws {
        let answer = try house.ask("www.lab.example.", over: transport)
        #expect(answer.header.flags == [.qr, .aa, .rd, .ra])
        #expect(text(answer.answers) == ["www.lab.example. A 192.0.2.80"])
        #expect(answer.answers.first?.ttl == 300)
        let other = try house.ask("www.example.", over: transport)
        #expect(!other.header.flags.contains(.aa) && other.header.flags.contains(.ra))
        #expect(other.answers.count == 1)
    }

    @Test func `the zone answers who does not ask for recursion`() throws {
        let answer = try house.ask("www.lab.example.") { $0.header.flags = [] }
        #expect(answer.header.flags == [.qr, .aa, .ra] && answer.answers.count == 1)
    }

    @Test func `letters come back as they were asked`() throws {
        let answer = try house.ask("wWw.LaB.eXaMple.")
        #expect(answer.questions.first?.qname.description == "wWw.LaB.eXaMple.")
        #expect(answer.answers.first?.ownerName.description == "wWw.LaB.eXaMple.")
    }

    @Test func `TTLs do not count down`() throws {
        for _ in 0..<3 { #expect(try house.ask("www.lab.example.").answers.map(\.ttl) == [300]) }
        #expect(!house.upstream.questions.contains { $0.qname == "www.lab.example." })
    }

    // --- Negative answers ---

    @Test(arguments: Transport.allCases)
    func `what is not there is denied with the SOA record`(_ transport: Transport) throws {
        for (name, type, code) in [
            ("none.lab.example.", RecordType.a, ResponseCode.nxDomain), ("www.lab.example.", .mx, .noError),
            ("deep.lab.example.", .a, .noError), ("x.wild.lab.example.", .mx, .noError),
        ] as [(DomainName, RecordType, ResponseCode)] {
            let answer = try house.ask(name, type, over: transport)
            #expect(answer.responseCode == code && answer.answers.isEmpty)
            #expect(answer.header.flags.contains(.aa))
            #expect(answer.authorities.map(\.type) == [.soa])
            #expect(answer.authorities.first?.ownerName == LabZone.apex)
            // The smaller of the SOA's TTL and its last field (RFC 2308 §3).
            #expect(answer.authorities.first?.ttl == 60)
        }
    }

    @Test func `wildcards and DNAMEs`() throws {
        #expect(
            text(try house.ask("x.y.wild.lab.example.").answers) == ["x.y.wild.lab.example. A 192.0.2.2"])
        let moved = try house.ask("x.moved.lab.example.", .a) { $0.header.flags = [] }
        #expect(
            text(moved.answers) == [
                "moved.lab.example. DNAME www.example.", "x.moved.lab.example. CNAME x.www.example.",
            ])
    }

    // --- Aliases ---

    @Test(arguments: Transport.allCases)
    func `an alias within the zone is followed`(_ transport: Transport) throws {
        let answer = try house.ask("near.lab.example.", over: transport)
        #expect(
            text(answer.answers) == [
                "near.lab.example. CNAME www.lab.example.", "www.lab.example. A 192.0.2.80",
            ])
        #expect(answer.header.flags.contains(.aa))
    }

    @Test(arguments: Transport.allCases)
    func `an alias that leads out is completed by others`(_ transport: Transport) throws {
        for _ in 0..<2 {
            let answer = try house.ask("farther.lab.example.", over: transport)
            #expect(
                text(answer.answers) == [
                    "farther.lab.example. CNAME far.lab.example.", "far.lab.example. CNAME www.example.",
                    "www.example. A 192.0.2.1",
                ])
            // RFC 1035 §4.1.1: AA is for the first name.
            #expect(answer.header.flags.contains([.aa, .ra]) && answer.responseCode == .noError)
        }
    }

    @Test func `what others deny is denied with their SOA record`() throws {
        let answer = try house.ask("nowhere.lab.example.")
        #expect(answer.responseCode == .nxDomain)
        #expect(text(answer.answers) == ["nowhere.lab.example. CNAME none.example."])
        #expect(answer.authorities.map(\.ownerName) == ["example."])
    }

    @Test func `what others cannot answer is a failure`() throws {
        let answer = try house.ask("broken.lab.example.")
        #expect(answer.responseCode == .serverFailure && answer.answers.isEmpty)
    }

    @Test func `without recursion an alias that leads out is the whole answer`() throws {
        let answer = try house.ask("far.lab.example.") { $0.header.flags = [] }
        #expect(text(answer.answers) == ["far.lab.example. CNAME www.example."])
        #expect(answer.header.flags == [.qr, .aa, .ra] && answer.responseCode == .noError)
    }

    @Test func `who asks for an alias gets it alone`() throws {
        #expect(
            text(try house.ask("far.lab.example.", .cname).answers)
                == ["far.lab.example. CNAME www.example."])
    }

    @Test func `aliases in a circle end`() throws {
        let answer = try house.ask("loop.lab.example.")
        #expect(answer.answers.count == 2 && answer.header.flags.contains(.aa))
        // Here and there in turn.
        for name: DomainName in ["ring.lab.example.", "ring.example."] {
            #expect(try house.ask(name).responseCode == .serverFailure)
        }
        #expect(house.upstream.count(of: "ring.example.") == 1)
    }

    @Test(arguments: Transport.allCases)
    func `a public alias into the zone is completed here`(_ transport: Transport) throws {
        let answer = try house.ask("in.example.", over: transport)
        #expect(
            text(answer.answers) == ["in.example. CNAME www.lab.example.", "www.lab.example. A 192.0.2.80"])
        #expect(!answer.header.flags.contains(.aa) && answer.header.flags.contains(.ra))
        // In, out again, and the end elsewhere.
        let there = try house.ask("in2.example.", over: transport)
        #expect(
            text(there.answers) == [
                "in2.example. CNAME far.lab.example.", "far.lab.example. CNAME www.example.",
                "www.example. A 192.0.2.1",
            ])
        // Out and in again.
        let back = try house.ask("there.lab.example.", over: transport)
        #expect(
            text(back.answers) == [
                "there.lab.example. CNAME back.example.", "back.example. CNAME www.lab.example.",
                "www.lab.example. A 192.0.2.80",
            ])
        #expect(back.header.flags.contains(.aa))
        // The zone denies it.
        let gone = try house.ask("gone.example.", over: transport)
        #expect(gone.responseCode == .nxDomain && gone.answers.count == 1)
        #expect(gone.authorities.map(\.ownerName) == [LabZone.apex])
        #expect(!house.upstream.questions.contains { $0.qname == "gone.lab.example." })
    }

    @Test func `a public alias does not reach into the private network, and an alias of the zone does`()
        throws
    {
        #expect(try house.data("private.lab.example.") == ["192.168.7.8"])
        // What a zone here leads to may be a public name, too.
        for name: DomainName in ["private.example.", "inside.lab.example."] {
            let answer = try house.ask(name) { $0.edns = EDNS() }
            #expect(answer.extendedErrors == [.filtered])
            #expect(answer.answers.map(\.type) == [.cname])
        }
    }

    // --- Delegations ---

    @Test(arguments: Transport.allCases)
    func `without recursion a delegation is a referral`(_ transport: Transport) throws {
        for name: DomainName in ["sub.lab.example.", "host.sub.lab.example."] {
            let answer = try house.ask(name, over: transport) { $0.header.flags = [] }
            #expect(answer.responseCode == .noError && answer.answers.isEmpty)
            #expect(!answer.header.flags.contains(.aa))
            #expect(text(answer.authorities) == ["sub.lab.example. NS ns.sub.lab.example."])
            #expect(text(answer.additionals) == ["ns.sub.lab.example. A 192.0.2.54"])
        }
    }

    @Test func `who asks for anything at a cut is referred`() throws {
        let answer = try house.ask("sub.lab.example.", .any)
        #expect(answer.authorities.map(\.type) == [.ns] && !answer.header.flags.contains(.aa))
    }

    @Test(arguments: Transport.allCases)
    func `with recursion what is below a cut is asked for`(_ transport: Transport) throws {
        let answer = try house.ask("host.sub.lab.example.", over: transport)
        #expect(text(answer.answers) == ["host.sub.lab.example. A 192.0.2.99"])
        #expect(!answer.header.flags.contains(.aa))
        let alias = try house.ask("into.lab.example.", over: transport)
        #expect(
            text(alias.answers) == [
                "into.lab.example. CNAME host.sub.lab.example.", "host.sub.lab.example. A 192.0.2.99",
            ])
        #expect(alias.header.flags.contains(.aa))
    }

    @Test func `DS records of a cut are of the zone, those of the apex are not`() throws {
        let cut = try house.ask("sub.lab.example.", .ds)
        #expect(cut.answers.map(\.type) == [.ds] && cut.header.flags.contains(.aa))
        let apex = try house.ask("lab.example.", .ds)
        #expect(!apex.header.flags.contains(.aa))
        #expect(house.upstream.questions.contains(Question("lab.example.", .ds)))
    }

    // --- EDNS ---

    @Test(arguments: Transport.allCases)
    func `options work as for other answers`(_ transport: Transport) throws {
        let answer = try house.ask("www.lab.example.", over: transport) { query in
            query.edns = EDNS(
                dnssecOK: true,
                options: [
                    .cookie(client: [1, 2, 3, 4, 5, 6, 7, 8], server: []), .nsid([]), .tcpKeepalive(nil),
                    .padding(0),
                ])
        }
        let codes = try #require(answer.edns?.options.map(\.code))
        #expect(answer.edns?.dnssecOK == true && answer.answers.count == 1)
        #expect(codes.contains(EDNSOption.Code.cookie))
        #expect(codes.contains(EDNSOption.Code.nsid))
        #expect(codes.contains(EDNSOption.Code.tcpKeepalive) == (transport == .tcp || transport == .tls))
        let isEncrypted = transport != .udp && transport != .tcp
        #expect(codes.contains(EDNSOption.Code.padding) == isEncrypted)
        #expect(try house.ask("www.lab.example.", over: transport).edns == nil)
    }

    @Test func `no datagram is larger than its client takes`() throws {
        for (size, code) in [(nil, 512), (512, 512), (1_232, 1_232), (4_096, 1_232)] as [(UInt16?, Int)] {
            for (name, type) in [
                ("big.lab.example.", .txt), ("many.lab.example.", .mx), ("mid.lab.example.", .txt),
            ] as [(DomainName, RecordType)] {
                var query = Message(header: Header(id: Packet.id), questions: [Question(name, type)])
                query.edns = size.map { EDNS(payloadSize: $0) }
                let (answer, octets) = try house.exchange(query.compose(), over: .udp)
                #expect(octets.count <= code)
                #expect(answer.header.flags.contains(.aa) && (answer.edns != nil) == (size != nil))
                switch name {
                case "big.lab.example.":
                    // Whole RRsets or none (RFC 2181 §9).
                    #expect(answer.header.flags.contains(.tc) && answer.answers.isEmpty)
                    #expect(answer.additionals.isEmpty)
                case "many.lab.example.":
                    // Addresses only help.
                    #expect(!answer.header.flags.contains(.tc) && answer.answers.count == 12)
                    #expect(answer.additionals.count == 12 || code == 512 && answer.additionals.count < 12)
                default:
                    #expect(answer.header.flags.contains(.tc) == (code == 512))
                    #expect(answer.answers.count == (code == 512 ? 0 : 1))
                }
            }
        }
    }

    @Test(arguments: Transport.allCases.filter { $0 != .udp })
    func `streams have room`(_ transport: Transport) throws {
        let answer = try house.ask("big.lab.example.", .txt, over: transport)
        #expect(answer.answers.count == 20 && !answer.header.flags.contains(.tc))
    }

    @Test func `addresses come with the names that need them`() throws {
        #expect(
            text(try house.ask("_sip._udp.lab.example.", .srv).additionals)
                == ["mail.lab.example. A 192.0.2.25", "mail.lab.example. AAAA 2001:db8::25"])
        #expect(try house.ask("lab.example.", .mx).additionals.count == 2)
        #expect(text(try house.ask("lab.example.", .ns).additionals) == ["ns.lab.example. A 192.0.2.53"])
    }

    // --- Signatures ---

    @Test(arguments: Transport.allCases)
    func `signed questions get signed answers, at once and after a while`(_ transport: Transport) throws {
        for (name, type, count) in [
            ("www.lab.example.", .a, 1), ("none.lab.example.", .a, 0), ("far.lab.example.", .a, 2),
            ("slow.lab.example.", .a, 2), ("www.example.", .aaaa, 1), ("in.example.", .a, 2),
            ("localhost.", .a, 1), ("mail.lab.example.", .any, 1), ("other.example.", .a, 1),
        ] as [(DomainName, RecordType, Int)] {
            var query = Message(header: Header(id: Packet.id), questions: [Question(name, type)])
            query.header.flags.insert(.rd)
            for key in [ZonesHouse.mover, ZonesHouse.reader] {
                let answer = try house.exchangeSigned(query.compose(), by: key, over: transport)
                #expect(answer.answers.count == count)
            }
        }
    }

    @Test func `a signature takes its room from the answer`() throws {
        for (name, type) in [
            ("big.lab.example.", .txt), ("mid.lab.example.", .txt), ("many.lab.example.", .mx),
            ("big.example.", .txt), ("mid.example.", .txt),
        ] as [(DomainName, RecordType)] {
            for size: UInt16? in [nil, 512, 600, 1_232] {
                var query = Message(header: Header(id: Packet.id), questions: [Question(name, type)])
                query.header.flags.insert(.rd)
                query.edns = size.map { EDNS(payloadSize: $0) }
                var client = TransactionClient(ZonesHouse.mover)
                var packet = query.compose()
                #expect(client.sign(&packet, wall: WallClock.now()))
                let (answer, octets) = try house.exchange(packet, over: .udp)
                #expect(octets.count <= Int(size ?? 512))
                #expect(client.verify(octets.span, wall: WallClock.now()).isSigned)
                #expect(!answer.answers.isEmpty || answer.header.flags.contains(.tc))
            }
        }
    }
}
