import DNSWire
import Glibc

/// Carries queries over UDP. Each batch goes out from another socket, so that a server with several sees many clients.
final class DatagramCarrier: Carrier {
    private let server: SocketAddress
    private let exchanges: Exchanges
    private let poller: Poller
    private let batch: DatagramBatch
    private var sockets: [Socket] = []
    private var nextSocket = 0
    private var places: [Int] = []
    /// When the first query was sent.
    private var begun: Int64?

    /// Batches read from a socket before others have their turn.
    private static let batchesPerTurn = 4
    /// Nanoseconds in which a server that refuses everything may still come up.
    private static let patience: Int64 = 1_000_000_000

    init(_ plan: LoadPlan, connections: Int, _ exchanges: Exchanges, _ poller: Poller) throws(LoadFailure) {
        server = plan.server
        self.exchanges = exchanges
        self.poller = poller
        batch = try DatagramBatch()
        places.reserveCapacity(DatagramBatch.slots)
        for _ in 0..<connections {
            switch Socket.connect(to: server, isStream: false) {
            case .started(let socket): sockets.append(socket)
            case .failed(let code): throw .noSocket(Socket.text(of: code))
            }
        }
    }

    func open() throws(LoadFailure) {
        for (index, socket) in sockets.enumerated() { poller.watch(socket, as: index, writing: false) }
    }

    // --- Send ---

    func send(_ count: Int) -> Int {
        if begun == nil, count > 0 { begun = exchanges.now }
        var sent = 0
        while sent < count {
            let wanted = min(count - sent, DatagramBatch.slots)
            let taken = sendBatch(wanted, from: nextSocket)
            nextSocket = nextSocket + 1 < sockets.count ? nextSocket + 1 : 0
            sent += taken
            // The kernel's queue or our table is full.
            if taken < wanted { break }
        }
        return sent
    }

    private func sendBatch(_ count: Int, from index: Int) -> Int {
        places.removeAll(keepingCapacity: true)
        while places.count < count,
            let query = unsafe exchanges.begin(connection: index, into: batch.room(places.count))
        {
            batch.setLength(places.count, query.count)
            places.append(query.place)
        }
        var sent = 0
        // Every turn but the last one sends something, or takes an error that a datagram before has brought.
        for _ in 0..<DatagramBatch.slots where sent < places.count {
            let result = batch.send(sent..<places.count, on: sockets[index])
            if result > 0 {
                sent += result
            } else if Int32(-result) == ECONNREFUSED {
                exchanges.tally.refused += 1
            } else {
                break
            }
        }
        for place in places[sent...].reversed() { exchanges.retract(place) }
        return sent
    }

    // --- Receive ---

    func handle(_ event: Poller.Event) {
        for _ in 0..<Self.batchesPerTurn {
            let count = batch.receive(on: sockets[event.index])
            guard count > 0 else {
                if Int32(-count) == ECONNREFUSED { exchanges.tally.refused += 1 }
                return
            }
            exchanges.readClocks()
            for slot in 0..<count {
                _ = unsafe exchanges.receive(batch.message(slot), connection: event.index)
            }
            if count < DatagramBatch.slots { return }
        }
    }

    func noteLoss(_ query: QueryTable.Entry) {}

    // --- Maintain ---

    func maintain() throws(LoadFailure) {
        guard exchanges.tally.refused > 0, exchanges.tally.answered == 0, let begun,
            exchanges.now - begun > Self.patience
        else { return }
        throw .nobodyListens("\(server) over UDP")
    }

    var nextChore: Int64? {
        guard exchanges.tally.answered == 0, let begun else { return nil }
        return begun + Self.patience + 1
    }
}
