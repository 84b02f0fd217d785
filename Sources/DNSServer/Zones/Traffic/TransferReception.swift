import DNSWire
import DNSZones
import Dispatch
import Synchronization

/// A transfer that comes in. The worker puts its messages here as they come; they are verified and read on a queue of their own,
/// since a large zone takes seconds that clients of the worker would have to wait.
///
/// What is received and not read yet is bounded: `put` says when the worker has to pause, and `readOn` when it may go on.
final class TransferReception: Sendable {
    enum Report: Sendable {
        /// Little waits now.
        case readOn
        /// The transfer is over.
        case complete(IncomingTransfer.Outcome, Extent)
        /// With what else there is to say about why.
        case failed(TransferFailure, String? = nil)
    }

    /// How much came.
    struct Extent: Sendable, Hashable {
        var messages: Int
        var records: Int
        var octets: Int
    }

    fileprivate enum Piece: Sendable {
        case message([UInt8], wall: Int64)
        /// There is no more.
        case end(TransferFailure, String?)
    }

    /// What waits to be read.
    private struct Inbox: Sendable {
        var pieces: [Piece] = []
        var octets = 0
        /// Whether the queue is at it, or about to be.
        var isAwake = false
        var isPaused = false
        /// Whether nothing is of interest any more.
        var isOver = false
    }

    /// What has been read; only the queue touches it.
    fileprivate struct Reader: Sendable {
        var transfer: IncomingTransfer
        /// Verifies the messages, where the request was signed.
        var client: TransactionClient?
    }

    /// One for all, so that transfers take the time of one core at most.
    private static let queue = DispatchQueue(label: "homing.transfers", qos: .utility)

    private let inbox = Mutex(Inbox())
    private let reader: Mutex<Reader>
    private let highWater: Int
    private let report: @Sendable (Report) -> Void

    /// - Parameters:
    ///   - client: that has signed the request; nil: it was not signed.
    ///   - highWater: octets that may wait before the worker has to pause.
    ///   - report: called on the queue. After `complete` or `failed` there is nothing more.
    init(
        _ transfer: IncomingTransfer, _ client: TransactionClient?, highWater: Int,
        report: @escaping @Sendable (Report) -> Void
    ) {
        reader = Mutex(Reader(transfer: transfer, client: client))
        self.highWater = highWater
        self.report = report
    }

    // --- The worker's side ---

    /// - Returns: false when so much waits that no more should be received before `readOn`.
    func put(_ message: Span<UInt8>, wall: Int64) -> Bool {
        guard let octets = try? message.octets(0..<message.count) else { return true }
        return put(.message(octets, wall: wall), octets.count)
    }

    /// The connection has ended, which is a failure where the transfer had not.
    func end(_ failure: TransferFailure, _ detail: String? = nil) {
        _ = put(.end(failure, detail), 0)
    }

    /// Nobody is interested any more. What the queue is doing may still be reported.
    func cancel() {
        inbox.withLock { inbox in
            inbox.isOver = true
            inbox.pieces = []
        }
    }

    private func put(_ piece: Piece, _ octets: Int) -> Bool {
        let (isFirst, mayGoOn) = inbox.withLock { inbox -> (Bool, Bool) in
            guard !inbox.isOver else { return (false, true) }
            inbox.pieces.append(piece)
            inbox.octets += octets
            if inbox.octets >= highWater { inbox.isPaused = true }
            defer { inbox.isAwake = true }
            return (!inbox.isAwake, !inbox.isPaused)
        }
        if isFirst { Self.queue.async { self.read() } }
        return mayGoOn
    }

    // --- The queue's side ---

    /// Reads what waits, and lets other transfers have their turn.
    private func read() {
        let pieces = inbox.withLock { inbox in
            defer { inbox.pieces = [] }
            return inbox.pieces
        }
        for piece in pieces {
            guard let end = reader.withLock({ $0.read(piece) }) else { continue }
            cancel()
            return report(end)
        }
        let octets = pieces.reduce(0) { $0 + $1.count }
        let (isMore, mayGoOn) = inbox.withLock { inbox -> (Bool, Bool) in
            inbox.octets -= octets
            inbox.isAwake = !inbox.pieces.isEmpty
            let mayGoOn = inbox.isPaused && inbox.octets < highWater / 2 && !inbox.isOver
            if mayGoOn { inbox.isPaused = false }
            return (inbox.isAwake, mayGoOn)
        }
        if mayGoOn { report(.readOn) }
        if isMore { Self.queue.async { self.read() } }
    }
}

extension TransferReception.Piece {
    var count: Int {
        if case .message(let octets, _) = self { octets.count } else { 0 }
    }
}

extension TransferReception.Reader {
    /// Nil: there has to be more.
    mutating func read(_ piece: TransferReception.Piece) -> TransferReception.Report? {
        switch piece {
        case .end(let failure, let detail): return .failed(failure, detail)
        case .message(let octets, let wall):
            if case .failed(let failure) = client?.verify(octets.span, wall: wall) {
                return .failed(.notAuthentic, "\(failure)")
            }
            switch transfer.receive(octets.span) {
            case .needsMore: return nil
            case .failed(let failure): return .failed(failure)
            case .complete(let outcome):
                // The last message has to be signed (RFC 8945 §5.3.1).
                guard client?.isComplete != false else {
                    return .failed(.notAuthentic, "the last message is not signed")
                }
                return .complete(
                    outcome,
                    TransferReception.Extent(
                        messages: transfer.messageCount, records: transfer.recordCount,
                        octets: transfer.octetCount))
            }
        }
    }
}
