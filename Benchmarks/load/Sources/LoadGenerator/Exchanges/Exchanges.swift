import CLinux
import DNSWire

/// The book of one thread: begins queries, finds the query of each answer, and counts what became of them.
final class Exchanges {
    private(set) var table = QueryTable()
    private(set) var pacer: Pacer
    var tally = Tally()
    /// The clocks as read last: monotonic nanoseconds, and seconds since 1970.
    var now: Int64 = 0
    var wall: Int64 = 0

    private let source: MessageSource
    /// Nanoseconds.
    private let timeout: Int64
    private let isOpenLoop: Bool
    /// When the last answer came.
    private(set) var lastAnswer: Int64 = 0

    init(_ source: MessageSource, _ pace: Pace, timeout: Double) {
        self.source = source
        self.timeout = Int64(timeout * 1e9)
        pacer = Pacer(pace)
        isOpenLoop = pace.rate != nil
    }

    var inFlight: Int { table.count }

    // --- Begin ---

    /// - Parameters:
    ///   - end: the monotonic moment after which nothing is due.
    ///   - offset: as `Schedule` has it.
    func start(until end: Int64, offset: Double) { pacer.start(at: now, until: end, offset: offset) }

    /// Nothing more becomes due from now on.
    func end() { pacer.end(at: now) }

    /// Sends nothing more once all that was due is sent or given up: whether that is so.
    func stopIfFinished() -> Bool {
        if pacer.isRunning, pacer.isFinished(at: now) { pacer.stop() }
        return !pacer.isRunning
    }

    /// How many queries may be sent now.
    func allowance() -> Int {
        if isOpenLoop { tally.unsent += pacer.giveUp(until: now - timeout) }
        return pacer.allowance(at: now, inFlight: table.count)
    }

    /// Writes the next query to `buffer`: its place, and how many octets it has; nil when the table is full or the buffer
    /// has no room.
    ///
    /// - Parameter usesID: false over HTTP, where the stream tells what is answered (RFC 8484 §4.1).
    @inline(__always)
    func begin(
        connection: Int, into buffer: UnsafeMutableBufferPointer<UInt8>, usesID: Bool = true
    ) -> (place: Int, count: Int)? {
        guard let place = table.add(connection: connection, due: pacer.take(at: now), sent: now) else {
            pacer.putBack()
            return nil
        }
        let number = source.next()
        let id = usesID ? UInt16(truncatingIfNeeded: place) : 0
        guard let query = unsafe source.write(number, id: id, wall: wall, to: buffer) else {
            table.remove(place)
            pacer.putBack()
            return nil
        }
        table[place].number = number
        table[place].mark = query.mark
        table[place].questionLength = UInt16(truncatingIfNeeded: query.questionLength)
        tally.noteSending(late: isOpenLoop ? now - table[place].due : nil)
        return (place, query.count)
    }

    /// Takes back the query that was begun last: it could not be sent.
    func retract(_ place: Int) {
        table.remove(place)
        pacer.putBack()
        tally.takeBackSending()
    }

    /// Writes a query that is under way once more, with ID 0.
    func rewrite(_ place: Int, to buffer: UnsafeMutableBufferPointer<UInt8>) -> Int? {
        unsafe source.write(table[place].number, id: 0, wall: wall, to: buffer)?.count
    }

    // --- End ---

    /// Takes a message: whether it answers a query that was asked over this connection.
    @inline(__always)
    func receive(_ message: UnsafeBufferPointer<UInt8>, connection: Int) -> Bool {
        guard let header = unsafe AnswerHeader(message) else {
            tally.unmatched += 1
            return false
        }
        let place = Int(header.id)
        guard table[place].connection == Int32(truncatingIfNeeded: connection),
            unsafe isAnswer(message, header, to: place)
        else {
            tally.unmatched += 1
            return false
        }
        if case .updates(let source) = source,
            unsafe !source.isProved(message, id: header.id, wall: wall)
        {
            tally.unproved += 1
        }
        if header.isTruncated { tally.truncated += 1 }
        finish(place, responseCode: header.responseCode)
        return true
    }

    /// Whether a message repeats the question of the query. A server that could not read the question repeats none.
    @inline(__always)
    func isAnswer(
        _ message: UnsafeBufferPointer<UInt8>, _ header: AnswerHeader, to place: Int
    ) -> Bool {
        guard header.hasQuestion else { return header.responseCode != 0 }
        let entry = table[place]
        return unsafe QuestionMark.of(message, Int(entry.questionLength)) == entry.mark
    }

    /// Counts a query as answered now.
    @inline(__always)
    func finish(_ place: Int, responseCode: Int) {
        tally.noteAnswer(responseCode, after: now - table[place].due)
        lastAnswer = now
        table.remove(place)
    }

    /// Counts a query as answered by nothing that can be used.
    func fail(_ place: Int) {
        tally.unusable += 1
        table.remove(place)
    }

    /// Changes what is known of the answer of a query.
    func note(_ place: Int, _ change: (inout QueryTable.Entry) -> Void) { change(&table[place]) }

    // --- Lose ---

    /// The moment at which the next query is lost; nil when none is under way.
    var nextLoss: Int64? { table.oldest.map { table[$0].sent + timeout } }

    /// Gives up the oldest query if its time is over: what it was.
    func loseNext() -> QueryTable.Entry? {
        guard let oldest = table.oldest, table[oldest].sent + timeout <= now else { return nil }
        defer { table.remove(oldest) }
        tally.lost += 1
        return table[oldest]
    }

    /// Counts all queries of a connection that ended as cut off.
    func cutOff(connection: Int) {
        var place = table.newest
        while let current = place {
            place = table.older(than: current)
            guard table[current].connection == Int32(truncatingIfNeeded: connection) else { continue }
            table.remove(current)
            tally.cutOff += 1
        }
    }
}

// --- Clocks ---

extension Exchanges {
    func readClocks() {
        var uptime: Int64 = 0
        unsafe clinux_clocks(&now, &uptime, &wall)
    }
}
