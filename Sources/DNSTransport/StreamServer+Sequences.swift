import DNSWire

/// Queries that are answered by many messages (RFC 5936 §2.2).
///
/// Messages are taken from the service, one from each sequence in turn, when the socket has taken those before. So a
/// transfer has the pace of its reader, other responses go in between, and no turn of the loop is a long one.
extension StreamServer {
    func beginSequence(_ id: SequenceID, to client: Client) -> Bool {
        guard !isStopping, let connection = connections[SlotKey(bits: client.route)], connection.web == nil,
            connection.deferred > 0, connection.sequences.count < configuration.sequencesPerConnection,
            sequences.count < configuration.sequences, sequences.begin(id, on: connection.key)
        else { return false }
        connection.deferred -= 1
        connection.sequences.append(id)
        loop.isImpatient = true
        return true
    }

    func resumeSequence(_ id: SequenceID) {
        sequences.lineUp(id, if: .paused)
        loop.isImpatient = true
    }

    /// Takes messages from the service, as far as there is room for them and the turn allows.
    func takeMessages(_ service: any WorkerService) {
        var taken = 0
        while taken < configuration.sequenceMessagesPerTurn, let (id, key) = sequences.popFirst() {
            guard let connection = connections[key] else { continue }
            guard connection.hasRoomForSequences(configuration) else {
                sequences.set(id, to: .waitsForRoom)
                continue
            }
            taken += 1
            takeMessage(of: id, for: connection, service)
            touch(connection)
        }
    }

    private func takeMessage(
        of id: SequenceID, for connection: StreamConnection, _ service: any WorkerService
    ) {
        // A local copy of the pointer, as for queries.
        let room = unsafe responseBuffer.slice(0..<responseBuffer.capacity)
        var message = unsafe room.mutableSpan
        // Those that were asked longest ago come first when there is room again.
        connection.sequences.removeAll { $0 == id }
        connection.sequences.append(id)
        let step = service.nextMessage(of: id, into: &message)
        switch step {
        case .message(let count) where 1...room.count ~= count: sequences.lineUp(id, if: .asked)
        case .pause: sequences.set(id, to: .paused)
        default: end(id, on: connection)
        }
        // Whatever the service did meanwhile may have cost the connection its place.
        guard connections[connection.key] != nil else { return }
        switch step {
        case .message(let count) where 1...room.count ~= count,
            .last(let count) where 1...room.count ~= count:
            putMessage(count, on: connection)
        case .pause, .end: break
        case .message, .last, .closeConnection: connection.inputEnded = true
        }
    }

    private func putMessage(_ count: Int, on connection: StreamConnection) {
        let message = unsafe UnsafeBufferPointer(responseBuffer.slice(0..<count))
        unsafe put(message.span, on: connection, for: connection.client)
    }

    //--- Ends ---

    private func end(_ id: SequenceID, on connection: StreamConnection) {
        sequences.end(id)
        connection.sequences.removeAll { $0 == id }
    }

    /// Gives up what runs on a connection. The service hears of it at the end of the turn.
    func breakSequences(of connection: StreamConnection) {
        for id in connection.sequences { sequences.breakOff(id) }
        connection.sequences = []
    }

    func reportBrokenSequences(_ service: any WorkerService) {
        for id in sequences.takeBroken() { service.sequenceEnded(id) }
        // The service may have broken others meanwhile.
        if sequences.hasBroken { loop.isImpatient = true }
    }
}

/// The sequences that run, in the order of their turns, and those that broke off.
struct SequenceTable {
    enum State {
        case inLine
        /// The service is about to say what comes.
        case asked
        /// Until the connection has written what it has.
        case waitsForRoom
        case paused
    }

    private var running: [SequenceID: (connection: SlotKey, state: State)] = [:]
    /// Exactly those whose state says so.
    private var line: [SequenceID] = []
    /// Not yet reported.
    private var broken: [SequenceID] = []

    var count: Int { running.count }
    var hasLine: Bool { !line.isEmpty }
    var hasBroken: Bool { !broken.isEmpty }

    /// False, and nothing is changed, when there is one of that name.
    mutating func begin(_ id: SequenceID, on connection: SlotKey) -> Bool {
        guard running[id] == nil else { return false }
        running[id] = (connection, .inLine)
        line.append(id)
        return true
    }

    /// Whose turn it is, out of the line, and its connection.
    mutating func popFirst() -> (SequenceID, SlotKey)? {
        guard let id = line.first, let connection = running[id]?.connection else { return nil }
        line.removeFirst()
        running[id]?.state = .asked
        return (id, connection)
    }

    /// Puts one that is in `state` to the end of the line.
    mutating func lineUp(_ id: SequenceID, if state: State) {
        guard running[id]?.state == state else { return }
        running[id]?.state = .inLine
        line.append(id)
    }

    /// Notes how it stands with one that was asked.
    mutating func set(_ id: SequenceID, to state: State) {
        guard running[id]?.state == .asked else { return }
        running[id]?.state = state
    }

    /// One that is over for the service, too.
    mutating func end(_ id: SequenceID) {
        remove(id)
        broken.removeAll { $0 == id }
    }

    mutating func breakOff(_ id: SequenceID) {
        remove(id)
        broken.append(id)
    }

    private mutating func remove(_ id: SequenceID) {
        if running.removeValue(forKey: id)?.state == .inLine { line.removeAll { $0 == id } }
    }

    mutating func takeBroken() -> [SequenceID] {
        defer { broken = [] }
        return broken
    }
}
