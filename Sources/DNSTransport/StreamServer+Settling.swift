import DNSWire

extension StreamServer {
    /// The end of a turn: gives every touched connection its one write and decides how it goes on.
    func settle(service: any WorkerService) {
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
        if !touched.isEmpty { loop.isImpatient = true }
    }

    private func settle(_ connection: StreamConnection, _ service: any WorkerService) {
        if connection.isHandshaking { return settleHandshake(connection) }
        write(connection)
        if connection.input.hasMessage, !connection.isPaused(configuration), !connection.inputEnded {
            answerKept(connection, service)
            write(connection)
        }
        if connection.isDoomed { return close(connection) }
        if connection.isAtEndOfSession { connection.inputEnded = true }
        if connection.inputEnded, connection.deferred == 0, connection.output.isEmpty {
            return close(connection)
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

    /// One write of all responses that wait.
    private func write(_ connection: StreamConnection) {
        guard !connection.output.isEmpty, !connection.isDoomed else { return }
        let now = loop.now.monotonic
        let result = unsafe connection.output.withUnwritten { octets in
            unsafe connection.send(octets)
        }
        switch result {
        case .octets(let count):
            connection.output.advance(by: count)
            outputTotal -= count
        case .nothing: break
        case .end, .failed: connection.isDoomed = true
        }
        if connection.output.isEmpty {
            connection.blockedSince = nil
            connection.progressedAt = now
        } else if connection.blockedSince == nil {
            connection.blockedSince = now
        }
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
        outputTotal -= connection.output.count
        connection.output.advance(by: connection.output.count)
        connection.inputEnded = true
        quota.giveBack(connection.client.peer.address)
        connection.counters.connectionsClosed.add()
        if connection.isHandshaking { handshakes.end() }
        connection.session?.shutDown()
        loop.ignore(connection.descriptor)
        // The last reference closes the descriptor.
    }
}
