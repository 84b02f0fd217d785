import DNSTransport
import DNSWire
import Testing

@Suite("Queries over TCP (RFC 7766)")
struct StreamTests {
    @Test("a query is answered", arguments: ["127.0.0.1", "::1"])
    func echo(listen: String) throws {
        let worker = try TestWorker([listen])
        let client = try TestSocket(.tcp, to: worker.address)
        client.sendMessage(message(1, tag: 7))
        #expect(client.receiveMessage() == message(1, tag: 7))
    }
}
