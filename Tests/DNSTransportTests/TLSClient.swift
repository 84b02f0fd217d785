import COpenSSL
import DNSTransport
import TestPeers

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
