import COpenSSL
import DNSWire
import TestPeers
import Testing

@testable import DNSTransport

@Suite("TLS tickets and certificates that change")
struct TLSResumptionTests {
    private static let hour: Int64 = 3_600_000

    /// A ticket of a session with `worker`, after one query.
    private func ticket(
        _ worker: TestWorker, _ offer: TLSClient.Offer, isResumed: Bool = false
    ) throws -> TLSClient.Ticket? {
        let client = try TLSClient.connected(to: worker, offer)
        client.sendMessage(message(1, tag: 9))
        #expect(client.receiveMessage() == message(1, tag: 9))
        #expect(client.isResumed == isResumed)
        // libssl does not resume a session that was broken off.
        client.endSession()
        return client.ticket
    }

    private func worker(_ endpoint: TLSEndpoint) throws -> TestWorker {
        try TestWorker(["127.0.0.1"], .tls(endpoint))
    }

    @Test("a session is resumed on another worker", arguments: TLSTests.versions)
    func otherWorker(versions: ClosedRange<Int32>) throws {
        let endpoint = try TLSEndpoint.dot()
        let (first, second) = (try worker(endpoint), try worker(endpoint))
        var offer = TLSClient.Offer(versions: versions, serverName: "other.test")
        offer.session = try ticket(first, offer)
        offer.session = try ticket(second, offer, isResumed: true)
        _ = try ticket(first, offer, isResumed: true)
        #expect(first.counters.sessions.begun == 2 && first.counters.sessions.resumed == 1)
        #expect(second.counters.sessions.begun == 1 && second.counters.sessions.resumed == 1)
    }

    @Test("a session that was resumed brings a ticket of its own, as the first is used once")
    func ticketsForResumed() throws {
        let worker = try worker(try .dot())
        var offer = TLSClient.Offer(versions: TLS1_3_VERSION...TLS1_3_VERSION)
        var last = try #require(try ticket(worker, offer))
        for _ in 0..<3 {
            offer.session = last
            let next = try #require(try ticket(worker, offer, isResumed: true))
            #expect(unsafe SSL_SESSION_get_ticket_lifetime_hint(next.handle) > 0)
            #expect(next.octets != last.octets)
            last = next
        }
    }

    @Test("who has other keys does not resume, and serves all the same", arguments: TLSTests.versions)
    func otherKeys(versions: ClosedRange<Int32>) throws {
        let (first, second) = (try worker(try .dot()), try worker(try .dot()))
        var offer = TLSClient.Offer(versions: versions)
        offer.session = try ticket(first, offer)
        _ = try ticket(second, offer, isResumed: false)
    }

    @Test(
        "new certificates: old sessions go on, new ones get them, tickets stay good",
        arguments: TLSTests.versions)
    func swap(versions: ClosedRange<Int32>) throws {
        let tickets = try TLSTicketKeys()
        let endpoint = TLSEndpoint(try .dot([.resolver], tickets: tickets))
        let worker = try worker(endpoint)
        let old = try TLSClient.connected(to: worker, .init(versions: versions))
        var offer = TLSClient.Offer(versions: versions)
        offer.session = try ticket(worker, offer)
        endpoint.use(try .dot([.other], tickets: tickets))
        old.sendMessage(message(1, tag: 9))
        #expect(old.receiveMessage() == message(1, tag: 9))
        let new = try TLSClient.connected(to: worker, .init(versions: versions))
        #expect(old.servedName == "resolver.test" && new.servedName == "other.test")
        _ = try ticket(worker, offer, isResumed: true)
    }

    @Test("a hundred swaps while clients ask fail no query")
    func swapsUnderLoad() throws {
        let tickets = try TLSTicketKeys()
        let endpoint = TLSEndpoint(try .dot([.resolver], tickets: tickets))
        let worker = try worker(endpoint)
        let steady = try TLSClient.connected(to: worker)
        for round: UInt16 in 0..<100 {
            endpoint.use(try .dot([round % 2 == 0 ? .other : .resolver], tickets: tickets))
            let client = try TLSClient.connected(to: worker)
            for client in [client, steady] {
                client.sendMessage(message(round, tag: 9))
                #expect(client.receiveMessage() == message(round, tag: 9))
            }
        }
        #expect(worker.counters.sessions.failed == 0)
    }

    //--- Keys ---

    @Test("a key seals for one turn and opens for one more")
    func rotation() throws {
        let keys = try TLSTicketKeys()
        let start: Int64 = 1_000
        keys.rotate(uptime: start)
        let first = keys.sealing
        keys.rotate(uptime: start + 6 * Self.hour - 1)
        #expect(keys.sealing === first)
        #expect(isOpened(by: keys, first) == false)
        keys.rotate(uptime: start + 6 * Self.hour)
        let second = keys.sealing
        #expect(second !== first)
        #expect(isOpened(by: keys, first) == true && isOpened(by: keys, second) == false)
        keys.rotate(uptime: start + 12 * Self.hour)
        #expect(isOpened(by: keys, first) == nil && isOpened(by: keys, second) == true)
        // After a long silence nothing old is left.
        let third = keys.sealing
        keys.rotate(uptime: start + 30 * Self.hour)
        #expect(isOpened(by: keys, second) == nil && isOpened(by: keys, third) == nil)
    }

    /// Whether a key that bears this one's name opens, and if so whether it counts as old.
    private func isOpened(by keys: TLSTicketKeys, _ key: TLSTicketKey) -> Bool? {
        unsafe key.withName { unsafe keys.opening($0)?.isOld }
    }

    @Test(
        "tickets under the key of the last turn are good, those before are not",
        arguments: TLSTests.versions)
    func rotationOverTheWire(versions: ClosedRange<Int32>) throws {
        let tickets = try TLSTicketKeys()
        let worker = try worker(try .dot(tickets: tickets))
        var offer = TLSClient.Offer(versions: versions)
        let first = try ticket(worker, offer)
        // The worker told it the time of this machine, from which the turns count.
        let uptime = Moment.reading().uptime
        tickets.rotate(uptime: uptime + 7 * Self.hour)
        offer.session = first
        let renewed = try ticket(worker, offer, isResumed: true)
        tickets.rotate(uptime: uptime + 14 * Self.hour)
        offer.session = first
        _ = try ticket(worker, offer, isResumed: false)
        offer.session = renewed
        _ = try ticket(worker, offer, isResumed: true)
    }

    //--- What cannot be served ---

    @Test("certificates that cannot be served are told apart")
    func badCertificates() throws {
        let tickets = try TLSTicketKeys()
        func failure(_ certificates: [TLSCertificate], _ protocols: [String] = ["dot"]) -> TLSSetupError? {
            do throws(TLSSetupError) {
                _ = try TLSServerContext(certificates: certificates, protocols: protocols, tickets: tickets)
                return nil
            } catch {
                return error
            }
        }
        let (good, other) = (TestCertificate.resolver.certificate, TestCertificate.other.certificate)
        #expect(failure([good, other]) == nil)
        #expect(failure([]) == .noCertificate)
        #expect(failure([good], [""]) == .badProtocolName)
        #expect(failure([TLSCertificate(chain: [], privateKey: good.privateKey)]) == .unreadableChain(0))
        let cut = TLSCertificate(chain: good.chain.dropLast(60), privateKey: good.privateKey)
        #expect(failure([good, cut]) == .unreadableChain(1))
        let tail = TLSCertificate(chain: good.chain + cut.chain, privateKey: good.privateKey)
        #expect(failure([tail]) == .unreadableChain(0))
        #expect(failure([TLSCertificate(chain: good.chain, privateKey: [])]) == .unreadableKey(0))
        #expect(failure([TLSCertificate(chain: good.chain, privateKey: good.chain)]) == .unreadableKey(0))
        #expect(failure([TLSCertificate(chain: good.chain, privateKey: other.privateKey)]) == .otherKey(0))
        let longer = TLSCertificate(chain: good.chain + other.chain, privateKey: good.privateKey)
        #expect(failure([longer]) == nil)
        // Whoever looks at the queue next is not misled.
        #expect(ERR_peek_error() == 0)
    }

    @Test("protocol lists of clients are read as far as they are whole")
    func protocolLists() {
        let wanted = [Array("dot".utf8), Array("h2".utf8)]
        func found(_ list: [UInt8]) -> Range<Int>? { ProtocolList.first(of: wanted, in: list.span) }
        #expect(found([]) == nil && found([0]) == nil && found([3]) == nil && found([255, 1, 2]) == nil)
        #expect(found([3, 100, 111, 116]) == 1..<4)
        #expect(found([3, 100, 111]) == nil && found([2, 100, 111, 3, 100, 111, 116]) == 4..<7)
        #expect(found([2, 104, 50, 3, 100, 111, 116]) == 4..<7 && found([2, 104, 50, 9]) == 1..<3)
    }
}
