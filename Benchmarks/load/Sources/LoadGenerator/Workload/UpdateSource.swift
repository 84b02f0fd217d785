import DNSWire
import DNSZones

/// Composes and signs updates, and judges the signatures of their answers.
final class UpdateSource {
    private let work: UpdateWork
    private var nextNumber: UInt64
    private let step: UInt64
    /// By the ID of the update that waits for its answer.
    private var clients: [TransactionClient?]

    /// Of the records that are written, in seconds.
    private static let ttl: UInt32 = 300

    init(_ work: UpdateWork, thread: (index: Int, count: Int)) {
        self.work = work
        nextNumber = UInt64(thread.index)
        step = UInt64(max(1, thread.count))
        clients = Array(repeating: nil, count: work.key == nil ? 0 : 1 << 16)
    }

    func next() -> UInt64 {
        defer { nextNumber &+= step }
        return nextNumber
    }

    /// The host that update `number` is about, and the address that it gets: another one each time.
    func record(_ number: UInt64) -> Record? {
        let host = number % UInt64(max(1, work.hostCount))
        let turn = number / UInt64(max(1, work.hostCount))
        let address = [10, turn & 255, host >> 8 & 255, host & 255].map { UInt8(truncatingIfNeeded: $0) }
        return work.zone.prepending(label: Array("host\(host)".utf8)).map {
            Record($0, .a, .internet, ttl: Self.ttl, RData(unchecked: address))
        }
    }

    /// Writes update `number` to `buffer`, signed at `wall` (seconds since 1970); nil where it has no room.
    func write(
        _ number: UInt64, id: UInt16, wall: Int64, to buffer: UnsafeMutableBufferPointer<UInt8>
    ) -> ComposedQuery? {
        guard let record = record(number) else { return nil }
        let update = UpdateMessage(
            zone: work.zone, operations: [.deleteRRset(record.ownerName, .a), .add(record)])
        guard var message = update.compose(id: id) else { return nil }
        if let key = work.key {
            var client = TransactionClient(key)
            guard client.sign(&message, limit: buffer.count, wall: wall) else { return nil }
            clients[Int(id)] = client
        }
        guard message.count <= buffer.count else { return nil }
        for (index, octet) in message.enumerated() { unsafe buffer[index] = octet }
        return unsafe ComposedQuery(
            count: message.count, questionLength: Question(work.zone, .soa).lengthInMessage, in: buffer)
    }

    /// Whether the answer with this ID is signed by the server, where updates are signed.
    func isProved(_ answer: UnsafeBufferPointer<UInt8>, id: UInt16, wall: Int64) -> Bool {
        guard !clients.isEmpty else { return true }
        defer { clients[Int(id)] = nil }
        guard case .signed = unsafe clients[Int(id)]?.verify(answer.span, wall: wall) else { return false }
        return true
    }
}
