import COpenSSL
import Glibc
import TestPeers

@testable import DNSTransport

typealias TLSClient = TLSPeer<TestSocket>

extension TestSocket: OctetStream {
    func receive(seconds: Double?) -> [UInt8]? { receive(65_536, seconds: seconds ?? patience) }
}

extension TLSClient {
    /// A connection of its own to `worker`.
    convenience init(to worker: TestWorker, _ offer: Offer = Offer(), receiveBuffer: Int? = nil) throws {
        self.init(try TestSocket(.tls, to: worker.address, receiveBuffer: receiveBuffer), offer)
    }

    /// Connected and ready to ask.
    static func connected(
        to worker: TestWorker, _ offer: Offer = Offer(), receiveBuffer: Int? = nil
    ) throws -> TLSClient {
        let client = try TLSClient(to: worker, offer, receiveBuffer: receiveBuffer)
        guard client.shakeHands() else { throw SystemError(code: client.reason) }
        return client
    }
}

/// Sends a client's hello, and then nothing until it is told to: all that was said meanwhile goes in one write.
final class WithholdingSocket: OctetStream {
    private let socket: TestSocket
    private var withheld: [UInt8]?
    /// How often something came.
    private(set) var reads = 0

    init(_ socket: TestSocket) { self.socket = socket }

    func send(_ octets: [UInt8]) {
        guard withheld == nil else {
            withheld? += octets
            return
        }
        socket.send(octets)
        withheld = []
    }

    func release() { socket.send(withheld ?? []) }

    func receive(seconds: Double?) -> [UInt8]? {
        reads += 1
        return socket.receive(seconds: seconds)
    }
}

/// A server's session without a worker: it goes on when its client waits for it, or the test says so.
final class ServerOnTest: OctetStream {
    let session: TLSSession
    /// What the client is given before all that comes.
    var repeated: [UInt8]?
    private let batch = TLSBatch()
    private let (near, far): (TestSocket, TestSocket)

    init(_ context: TLSServerContext) throws {
        (near, far) = try TestSocket.pair()
        guard let session = TLSSession(context, over: near.descriptor) else {
            throw SystemError(code: ENOMEM)
        }
        self.session = session
    }

    func shakeHands() { session.shakeHands(in: batch) }

    func answer(_ message: [UInt8]) {
        _ = session.batching(in: batch) {
            _ = unsafe framed(message).withUnsafeBufferPointer { unsafe session.send($0) }
        }
    }

    func send(_ octets: [UInt8]) { far.send(octets) }

    func receive(seconds: Double?) -> [UInt8]? {
        if let octets = repeated {
            repeated = nil
            return octets
        }
        shakeHands()
        return far.receive(seconds: seconds ?? 0)
    }
}
