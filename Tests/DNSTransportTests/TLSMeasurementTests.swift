import COpenSSL
import DNSWire
import Foundation
import Synchronization
import TestPeers
import Testing

@testable import DNSTransport

/// Figures rather than verdicts, and so only where they are asked for, alone and optimised:
/// `HOMING_MEASURE=1 swift test -c release -Xswiftc -enable-testing --filter TLSMeasurementTests`.
@Suite(.serialized, .enabled(if: ProcessInfo.processInfo.environment["HOMING_MEASURE"] != nil))
struct TLSMeasurementTests {
    /// Gives each query back. Keeps no log, which would cost more than it measures.
    private final class EchoService: WorkerService {
        func receive(
            _ query: Span<UInt8>, from client: Client, into response: inout MutableSpan<UInt8>
        ) -> QueryDisposition {
            for index in query.indices { response[index] = query[index] }
            return .answered(query.count)
        }
        func upstreamReceived(_: Span<UInt8>, for _: ExchangeID) -> ExchangeDisposition { .finished }
        func upstreamEnded(_: ExchangeID, _: ExchangeEnd) {}
        func timerFired(_: UInt64) {}
        var pendingCount: Int { 0 }
    }

    private final class EchoWorker {
        let worker: Worker
        let address: SocketAddress

        init(_ service: Listener.Service) throws {
            var configuration = WorkerConfiguration.patient
            configuration.connections = 20_000
            configuration.connectionsPerClient = 20_000
            configuration.handshakes = 20_000
            let asked = Listener(SocketAddress(IPAddress(127, 0, 0, 1), port: 0), service)
            let sockets = try ListeningSockets.open([asked], workers: 1, configuration: configuration)
            worker = try Worker(sockets: sockets, configuration: configuration) { _ in EchoService() }
            address = sockets.addresses[0]
            try worker.start()
        }

        deinit { worker.stop() }
    }

    /// Nanoseconds of CPU time that the worker has used.
    private func cpuTime(_ worker: EchoWorker) -> Int {
        let result = Atomic<Int>(0)
        let gate = Gate()
        worker.worker.submit { _ in
            var time = timespec()
            unsafe clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
            result.store(time.tv_sec * 1_000_000_000 + time.tv_nsec, ordering: .relaxed)
            gate.open()
        }
        gate.wait()
        return result.load(ordering: .relaxed)
    }

    private func residentOctets() -> Int {
        let line = (try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8)) ?? ""
        return line.split(separator: " ").dropFirst().first.flatMap { Int($0) }.map { $0 * 4096 } ?? 0
    }

    /// How far a client goes before it falls silent.
    enum Stage: String, CaseIterable {
        case silent, halfHello, hello, done, asked, askedMuch
    }

    /// A connection that stays open while the client's side of the session is forgotten.
    private func connection(to worker: EchoWorker, _ version: Int32, _ stage: Stage) throws -> TestSocket {
        let socket = try TestSocket(.tls, to: worker.address)
        let client = TLSClient(socket, .init(versions: version...version))
        switch stage {
        case .silent: break
        case .halfHello, .hello:
            _ = unsafe SSL_do_handshake(client.handle)
            let hello = client.takeOutgoing()
            client.socket.send(stage == .hello ? hello : Array(hello.prefix(100)))
        case .done, .asked, .askedMuch:
            #expect(client.shakeHands())
            let count: UInt16 = stage == .done ? 0 : stage == .asked ? 1 : 200
            client.send((0..<count).flatMap { framed(message($0, tag: 9, count: 50)) })
            for _ in 0..<count { _ = client.receiveMessage() }
        }
        return client.socket
    }

    /// What one stage has freed, the next one finds: `HOMING_MEASURE=hello` measures that one alone.
    private static var stages: [Stage] {
        let wanted = ProcessInfo.processInfo.environment["HOMING_MEASURE"].flatMap { Stage(rawValue: $0) }
        return wanted.map { [$0] } ?? Stage.allCases
    }

    @Test(arguments: TLSTests.versions.reversed(), stages)
    func memory(versions: ClosedRange<Int32>, stage: Stage) throws {
        let worker = try EchoWorker(.tls(try .dot()))
        let count = 1_500
        var sockets = try (0..<20).map { _ in try connection(to: worker, versions.lowerBound, stage) }
        _ = cpuTime(worker)
        let before = residentOctets()
        for _ in 0..<count { sockets.append(try connection(to: worker, versions.lowerBound, stage)) }
        // A round trip through the worker or two, after which it has read what was sent.
        for _ in 0..<10 { _ = cpuTime(worker) }
        print(
            "memory, TLS \(versions.lowerBound == TLS1_3_VERSION ? "1.3" : "1.2"), \(stage):",
            "\((residentOctets() - before) / count) octets resident for each connection")
        withExtendedLifetime(sockets) {}
    }

    @Test func queries() throws {
        let rounds = 400
        let queries = (0..<100).map { framed(message($0, tag: 9, count: 50)) }
        let plainWorker = try EchoWorker(.dns)
        let plain = try TestSocket(.tcp, to: plainWorker.address)
        func report(_ name: String, _ worker: EchoWorker, _ each: Int, _ round: () -> Void) {
            round()
            let best = (0..<5).map { _ in
                let start = cpuTime(worker)
                for _ in 0..<rounds { round() }
                return (cpuTime(worker) - start) / (rounds * each)
            }.min()
            print("queries, \(name): \(best ?? 0) ns of the worker's CPU each")
        }
        report("TCP, 100 a write", plainWorker, 100) {
            plain.send(Array(queries.joined()))
            _ = plain.receiveExactly(100 * 52)
        }
        report("TCP, one by one", plainWorker, 1) {
            plain.send(queries[0])
            _ = plain.receiveExactly(52)
        }
        for versions in TLSTests.versions {
            let worker = try EchoWorker(.tls(try .dot()))
            let socket = try TestSocket(.tls, to: worker.address)
            let client = TLSClient(socket, .init(versions: versions))
            #expect(client.shakeHands())
            let name = versions.lowerBound == TLS1_3_VERSION ? "TLS 1.3" : "TLS 1.2"
            func receive(_ count: Int) {
                var left = count
                while left > 0, let more = client.receive() { left -= more.count }
            }
            report("\(name), 100 a record", worker, 100) {
                client.send(Array(queries.joined()))
                receive(100 * 52)
            }
            report("\(name), 100 records a write", worker, 100) {
                client.socket.send(queries.flatMap { client.seal($0) })
                receive(100 * 52)
            }
            report("\(name), one by one", worker, 1) {
                client.send(queries[0])
                receive(52)
            }
        }
    }

    @Test func handshakes() throws {
        for versions in TLSTests.versions {
            for resumes in [false, true] {
                let worker = try EchoWorker(.tls(try .dot()))
                var offer = TLSClient.Offer(versions: versions)
                let count = 300
                func connect() throws {
                    let client = TLSClient(try TestSocket(.tls, to: worker.address), offer)
                    #expect(client.shakeHands())
                    client.sendMessage(message(1, tag: 9))
                    _ = client.receiveMessage()
                    client.endSession()
                    if resumes { offer.session = client.ticket }
                }
                try connect()
                let start = cpuTime(worker)
                for _ in 0..<count { try connect() }
                print(
                    "handshakes, TLS \(versions.lowerBound == TLS1_3_VERSION ? "1.3" : "1.2"),",
                    "\(resumes ? "resumed" : "full"): \((cpuTime(worker) - start) / count / 1000) µs each")
            }
        }
    }
}
