import DNSOverHTTP
import DNSWire

extension StreamServer {
    /// The end of a turn: takes messages of sequences, gives every touched connection its one write and decides how it goes
    /// on.
    func settle(service: any WorkerService) {
        takeMessages(service)
        // Settling may touch connections again (their replies came, or they are heard again). Those wait for
        // the next turn, which then begins at once, so that one busy client does not keep the loop here.
        handshakesThisTurn = 0
        let keys = touched
        touched.removeAll(keepingCapacity: true)
        for key in keys {
            guard let connection = connections[key] else { continue }
            connection.isTouched = false
            settle(connection, service)
        }
        reportBrokenSequences(service)
        if !touched.isEmpty || sequences.hasLine { loop.isImpatient = true }
    }

    private func settle(_ connection: StreamConnection, _ service: any WorkerService) {
        if connection.isHandshaking { return settleHandshake(connection) }
        write(connection)
        if connection.mayAnswerRequests(configuration) {
            answerRequests(connection, service)
            write(connection)
        }
        if connection.input.hasMessage, !connection.isPaused(configuration), !connection.inputEnded {
            answerKept(connection, service)
            write(connection)
        }
        if connection.isDoomed || connection.http?.isFinished == true { return close(connection) }
        if connection.isAtEndOfSession { connection.inputEnded = true }
        if connection.inputEnded, !connection.isOwed, !connection.hasUnsent {
            return close(connection)
        }
        if connection.hasRoomForSequences(configuration) {
            for sequence in connection.sequences { sequences.lineUp(sequence, if: .waitsForRoom) }
        }

        var interest: Interest = []
        if !connection.inputEnded, !connection.isPaused(configuration) {
            // What is kept comes first; there might be no room to read more.
            if connection.input.hasMessage { touch(connection) } else { interest.insert(.readable) }
        }
        if connection.blockedSince != nil { interest.insert(.writable) }
        watch(connection, for: interest)
        armTimer(of: connection)
    }

    func watch(_ connection: StreamConnection, for interest: Interest) {
        guard interest != connection.interest else { return }
        connection.interest = interest
        loop.change(connection.descriptor, to: interest, as: EventToken(.connection, connection.key))
    }

    /// Frames of HTTP/2 are made as those before them are written: so often in a turn.
    private static let writesPerTurn = 4

    /// One write of all responses that wait.
    private func write(_ connection: StreamConnection) {
        var isBlocked = false
        for _ in 0..<Self.writesPerTurn {
            guard connection.hasUnsent, !isBlocked, !connection.isDoomed else { break }
            let result = connection.sendUnsent(in: batch)
            if result.taken > 0 { note(result.taken, writtenTo: connection) }
            isBlocked = result.isBlocked
            if result.isBroken { connection.isDoomed = true }
        }
        count(connection)
        guard isBlocked else {
            connection.blockedSince = nil
            if connection.hasUnsent { touch(connection) }
            return
        }
        connection.blockedSince = connection.blockedSince ?? loop.now.monotonic
    }

    private func note(_ count: Int, writtenTo connection: StreamConnection) {
        guard let http = connection.http else {
            connection.progressedAt = loop.now.monotonic
            connection.output.advance(by: count)
            return
        }
        // Acknowledgements are written, too, and single octets of a response: neither keeps a connection.
        if http.responsesMade != connection.responsesSeen {
            connection.responsesSeen = http.responsesMade
            connection.progressedAt = loop.now.monotonic
        }
        http.sent(count)
    }

    //--- Deadlines ---

    /// Sets the connection's timer to its deadline if that is earlier than what it is set to. A deadline that
    /// moved back is found when the timer fires, so that a busy connection does not arm one for each query.
    func armTimer(of connection: StreamConnection) {
        let deadline = connection.deadline(configuration)
        guard deadline < connection.timerDue else { return }
        if let timer = connection.timer { loop.timers.remove(timer) }
        connection.timer = loop.timers.arm(.connection(connection.key), at: deadline)
        connection.timerDue = deadline
    }

    func timerFired(_ key: SlotKey) {
        guard let connection = connections[key] else { return }
        connection.timer = nil
        connection.timerDue = .max
        if connection.deadline(configuration) <= loop.now.monotonic {
            connection.counters.connectionsTimedOut.add()
            if connection.isHandshaking { loop.counters.sessions.fail(.timedOut) }
            connection.http?.shutDown()
            write(connection)
            close(connection)
        } else {
            armTimer(of: connection)
        }
    }

    //--- Closing ---

    func close(_ connection: StreamConnection) {
        guard connections.remove(connection.key) != nil else { return }
        if let timer = connection.timer { loop.timers.remove(timer) }
        connection.timer = nil
        outputTotal -= connection.countedOutput
        connection.countedOutput = 0
        connection.output.advance(by: connection.output.count)
        connection.inputEnded = true
        if let client = connection.quotaAddress { quota.giveBack(client) }
        breakSequences(of: connection)
        connection.counters.connectionsClosed.add()
        if connection.isHandshaking { handshakes.end() }
        connection.session?.shutDown()
        loop.ignore(connection.descriptor)
        // The last reference closes the descriptor.
    }
}
