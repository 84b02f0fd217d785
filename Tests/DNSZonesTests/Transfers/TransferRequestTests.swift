import DNSWire
import DNSZones
import Testing

@Suite struct TransferRequestTests {
    static func query(_ type: RecordType, authorities: [Record] = []) -> Message {
        var query = Message(header: Header(id: 9), questions: [Question("example.test.", type)])
        query.header.flags = [.rd]
        query.authorities = authorities
        return query
    }

    static func code(_ query: Message, isDatagram: Bool = false) -> ResponseCode? {
        do throws(TransferRefusal) {
            _ = try TransferRequest(query, isDatagram: isDatagram)
            return nil
        } catch {
            return error.responseCode
        }
    }

    @Test func `AXFR asks for all`() throws {
        let request = try TransferRequest(Self.query(.axfr), isDatagram: false)
        #expect(request.kind == .full && request.id == 9 && request.wantsRecursion)
    }

    @Test func `AXFR over UDP is an error`() {
        #expect(Self.code(Self.query(.axfr), isDatagram: true) == .formatError)
    }

    @Test func `IXFR says what the client has`() throws {
        let soa = TransferFixtures.soa(4_000_000_000).records
        let request = try TransferRequest(Self.query(.ixfr, authorities: soa), isDatagram: true)
        #expect(request.kind == .incremental(since: SerialNumber(4_000_000_000)))
    }

    @Test func `IXFR without its SOA record is an error`() throws {
        #expect(Self.code(Self.query(.ixfr)) == .formatError)
        let other = try Record(text: "other.test. 1 IN SOA a. b. 1 2 3 4 5")
        #expect(Self.code(Self.query(.ixfr, authorities: [other])) == .formatError)
        let address = try Record(text: "example.test. 1 IN A 192.0.2.1")
        #expect(Self.code(Self.query(.ixfr, authorities: [address])) == .formatError)
        let soa = TransferFixtures.soa(1).records
        #expect(Self.code(Self.query(.ixfr, authorities: soa + soa)) == .formatError)
    }

    @Test func `what is no request is an error`() throws {
        #expect(Self.code(Self.query(.a)) == .formatError)
        var query = Self.query(.axfr)
        query.answers = TransferFixtures.soa(1).records
        #expect(Self.code(query) == .formatError)
        query = Self.query(.axfr, authorities: TransferFixtures.soa(1).records)
        #expect(Self.code(query) == .formatError)
        query = Self.query(.axfr)
        query.questions.append(query.questions[0])
        #expect(Self.code(query) == .formatError)
        query = Self.query(.axfr)
        query.questions[0].qclass = .chaos
        #expect(Self.code(query) == .refused)
    }

    // --- Who may ---

    static func outcome(_ zone: Zone, _ client: TransferClient, _ name: DomainName = "example.test.")
        -> ResponseCode
    {
        do throws(TransferRefusal) {
            var query = query(.axfr)
            query.questions[0].qname = name
            let request = try TransferRequest(query, isDatagram: false)
            _ = try request.version(in: ZoneTable([zone]), for: client)
            return .noError
        } catch {
            return error.responseCode
        }
    }

    @Test func `by default nobody may have a zone`() throws {
        let address = try #require(IPAddress("192.0.2.1"))
        let version = TransferFixtures.version([])
        let zone = Zone(apex: "example.test.", id: 1, settings: ZoneSettings(), version: version)
        #expect(Self.outcome(zone, TransferClient(address: address)) == .refused)
        #expect(Self.outcome(zone, TransferClient(address: address, key: "key.")) == .refused)
        #expect(Self.outcome(zone, TransferClient(address: address), "other.test.") == .notAuth)
        #expect(Self.outcome(zone, TransferClient(address: address), "below.example.test.") == .notAuth)
    }

    @Test func `keys and networks may have it`() throws {
        let address = try #require(IPAddress("192.0.2.1"))
        var settings = ZoneSettings()
        settings.transferAccess.keys = ["key."]
        settings.transferAccess.networks = [try #require(IPNetwork("198.51.100.0/24"))]
        let zone = Zone(
            apex: "example.test.", id: 1, settings: settings, version: TransferFixtures.version([]))
        let mapped = try #require(IPAddress("::ffff:198.51.100.7"))
        #expect(Self.outcome(zone, TransferClient(address: address, key: "KEY.")) == .noError)
        #expect(Self.outcome(zone, TransferClient(address: mapped)) == .noError)
        #expect(Self.outcome(zone, TransferClient(address: address, key: "other.")) == .refused)
        settings.transferAccess.requiresTLS = true
        zone.settings = settings
        #expect(Self.outcome(zone, TransferClient(address: mapped)) == .refused)
        #expect(Self.outcome(zone, TransferClient(address: mapped, isEncrypted: true)) == .noError)
        zone.publish(nil)
        #expect(Self.outcome(zone, TransferClient(address: mapped, isEncrypted: true)) == .serverFailure)
        #expect(Self.outcome(zone, TransferClient(address: address)) == .refused)
    }
}
