import DNSTransport
import DNSWire
import Testing

@Suite("Queries over UDP")
struct DatagramTests {
    @Test("a query is answered", arguments: ["127.0.0.1", "::1", "0.0.0.0", "::"])
    func echo(listen: String) throws {
        let worker = try TestWorker([listen])
        let loopback = worker.address.address.family == .ipv4 ? IPAddress(127, 0, 0, 1) : IPAddress(ipv6: 1)
        let client = try TestSocket(.udp, to: SocketAddress(loopback, port: worker.address.port))
        client.send(message(1, tag: 7))
        #expect(client.receive() == message(1, tag: 7))
        worker.worker.stop()
        #expect(worker.worker.wait(seconds: 5))
        #expect(worker.worker.counters.datagramQueries == 1)
        #expect(worker.worker.counters.datagramResponses == 1)
        #expect(worker.worker.counters.datagramQueryBytes == 12)
    }
}
