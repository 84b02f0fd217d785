import CLinux
import DNSWire

/// The UDP side of a worker: reads batches of queries, has each answered in place, and sends the answers in
/// one go.
///
/// This is the way of a cache hit. It makes no allocation, takes no lock and waits for nothing.
final class DatagramServer {
    private let loop: EventLoop
    private var listeners: [ListeningSocket]
    /// Queries, and the answers given to them at once.
    private let batch: DatagramBatch
    /// Replies to deferred queries: they may be made while an answer is being written, so they have their own
    /// slots.
    private let replies: DatagramBatch
    /// Slots of `replies` filled, all for the listener `repliesListener`.
    private var repliesFilled = 0
    private var repliesListener = 0

    /// Most deferred replies sent by one system call. They come in bursts when a resolution ends that many
    /// wait for.
    private static let replySlots = 64

    init(sockets: [ListeningSocket], loop: EventLoop) throws(SystemError) {
        let configuration = loop.configuration
        self.loop = loop
        listeners = sockets
        batch = try DatagramBatch(
            slots: configuration.batchSize, receiveSize: configuration.datagramReceiveSize,
            sendSize: configuration.largestDatagramResponse)
        replies = try DatagramBatch(
            slots: Self.replySlots, receiveSize: 1, sendSize: configuration.largestDatagramResponse)
        for (index, socket) in sockets.enumerated() {
            try loop.watch(socket.descriptor, for: .readable, as: EventToken(.datagramListener, index: index))
        }
    }

    //--- Queries ---

    /// Answers what waits on one listener, a bounded number of batches.
    func receive(on index: Int, service: any WorkerService) {
        guard index < listeners.count else { return }
        let listener = listeners[index]
        for _ in 0..<loop.configuration.batchesPerTurn {
            let received = batch.receive(on: listener.descriptor)
            guard received > 0 else { return }
            loop.queriesInTurn += received
            let answered = answer(received, on: listener, index, service)
            if answered > 0 {
                let sent = batch.send(answered, on: listener.descriptor)
                loop.counters.datagramResponses.add(sent)
                if sent < answered { loop.counters.datagramResponsesLost.add(answered - sent) }
            }
            // A batch that is not full was all there was.
            if received < batch.slots { return }
        }
    }

    /// Hands each datagram received to the service; the number of outgoing slots filled.
    private func answer(
        _ received: Int, on listener: ListeningSocket, _ index: Int, _ service: any WorkerService
    ) -> Int {
        var filled = 0
        var bytesIn = 0
        var bytesOut = 0
        var refused = 0
        for slot in 0..<received {
            let datagram = batch.datagram(slot)
            guard datagram.is_truncated == 0, let peer = SocketAddress(datagram.peer) else {
                refused += 1
                continue
            }
            var local = listener.address
            if let asked = SocketAddress(datagram.local) {
                local = SocketAddress(asked.address, port: local.port, scopeID: asked.scopeID)
            }
            let client = Client(transport: .udp, peer: peer, local: local, route: UInt64(index))
            let query = unsafe batch.query(slot, count: Int(datagram.length))
            var response = unsafe batch.response(filled).mutableSpan
            bytesIn += query.count
            guard
                case .answered(let count) = unsafe service.receive(query.span, from: client, into: &response),
                count > 0, count <= batch.sendSize, batch.answer(slot, with: filled, count: count)
            else { continue }
            filled += 1
            bytesOut += count
        }
        loop.counters.datagramBatches.add()
        loop.counters.datagramQueries.add(received - refused)
        loop.counters.datagramQueryBytes.add(bytesIn)
        loop.counters.datagramResponseBytes.add(bytesOut)
        if refused > 0 { loop.counters.datagramsRefused.add(refused) }
        return filled
    }

    //--- Deferred replies ---

    /// Puts a reply in line; it leaves at the end of this turn at the latest.
    func reply(_ message: Span<UInt8>, to client: Client) {
        guard client.route < UInt64(listeners.count), !message.isEmpty, message.count <= replies.sendSize
        else {
            return
        }
        let index = Int(client.route)
        if index != repliesListener || repliesFilled == replies.slots { flush() }
        repliesListener = index
        let slot = unsafe replies.response(repliesFilled)
        for octet in message.indices { unsafe slot[octet] = message[octet] }
        let isWildcard = listeners[index].address.address.isUnspecified
        guard
            replies.address(
                repliesFilled, to: client.peer, from: isWildcard ? client.local : nil, count: message.count)
        else { return }
        repliesFilled += 1
        loop.counters.datagramResponseBytes.add(message.count)
    }

    /// Sends the replies in line.
    func flush() {
        guard repliesFilled > 0, repliesListener < listeners.count else { return }
        let sent = replies.send(repliesFilled, on: listeners[repliesListener].descriptor)
        loop.counters.datagramResponses.add(sent)
        if sent < repliesFilled { loop.counters.datagramResponsesLost.add(repliesFilled - sent) }
        repliesFilled = 0
    }

    /// No more queries are read; replies can still be sent.
    func stopReceiving() {
        for listener in listeners { loop.ignore(listener.descriptor) }
    }
}
