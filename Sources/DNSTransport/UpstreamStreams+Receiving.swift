import CLinux
import DNSOverHTTP
import DNSWire

extension UpstreamStreams {
    /// Octets taken from a socket in one turn where they are sealed: two records of the longest. With the rest of one
    /// before, what they hold fits the buffer beside the longest message that is not complete.
    private static let sealedPerTurn = 32_768

    /// Handles readiness: finishes connecting, writes, and reads once. Then `nextMessage` gives what came,
    /// and `finishReading` must follow.
    func ready(_ key: SlotKey, _ readiness: Interest) -> Death {
        reading = nil
        guard let connection = connections[key] else { return .none }
        if connection.isConnecting {
            let error = clinux_socket_error(connection.descriptor.number)
            guard error == 0 else { return close(connection, .failed(error)) }
            guard readiness.contains(.writable) else { return .none }
            connection.isConnecting = false
            return write(connection)
        }
        if readiness.contains(.writable) {
            let death = write(connection)
            if connections[key] == nil { return death }
        }
        guard readiness.contains(.readable) || readiness.contains(.broken) else { return .none }
        let isBroken = readiness.contains(.broken)
        if let session = connection.session { return read(connection, session, isBroken: isBroken) }
        let kept = connection.input.count
        switch unsafe connection.descriptor.receive(into: buffer.slice(kept..<buffer.capacity)) {
        case .octets(let count): frame(count, on: connection)
        case .nothing where !isBroken: break
        case .nothing, .end: return close(connection, .failed(SystemError.connectionReset))
        case .failed(let code): return close(connection, .failed(code))
        }
        return .none
    }

    /// Has the octets behind what is kept of a message read as messages, or keeps them, too.
    private func frame(_ count: Int, on connection: UpstreamConnection) {
        let kept = connection.input.count
        if connection.input.isCompleted(by: count) {
            _ = unsafe connection.input.move(to: buffer.octets)
            reading = Reading(key: connection.key, filled: kept + count)
        } else {
            unsafe connection.input.append(UnsafeBufferPointer(buffer.slice(kept..<kept + count)))
        }
    }

    private func read(
        _ connection: UpstreamConnection, _ session: TLSClientSession, isBroken: Bool
    ) -> Death {
        let wasHandshaking = connection.isHandshaking
        let kept = connection.input.count
        var count = 0
        let room = unsafe buffer.slice(buffer.capacity - Self.sealedPerTurn..<buffer.capacity)
        switch unsafe connection.descriptor.receive(into: room) {
        case .octets(let sealed):
            let octets = unsafe UnsafeBufferPointer(rebasing: room[..<sealed])
            // The session has taken all that came before it writes to the buffer.
            count = unsafe session.receive(octets, into: buffer.slice(kept..<buffer.capacity))
        case .nothing where !isBroken: return .none
        case .nothing, .end: session.endInput()
        case .failed(let code):
            guard wasHandshaking else { return close(connection, .failed(code)) }
            session.endInput()
        }
        switch session.state {
        case .handshaking, .open: break
        case .inputEnded: connection.ending = .failed(SystemError.connectionReset)
        case .broken(let fault): connection.ending = .encryptionFailed(fault)
        }
        if session.state == .open || session.state == .inputEnded {
            if wasHandshaking, session.isResumed { loop.counters.upstreamResumptions.add() }
            keepTickets(of: session)
        }
        // The handshake's next step, queries that waited for its end, or an acknowledgement.
        touch(connection)
        if let http = connection.http {
            unsafe http.receive(UnsafeBufferPointer(buffer.slice(0..<count)).span)
            reading = Reading(key: connection.key)
        } else if count > 0 {
            frame(count, on: connection)
        }
        if reading == nil, let ending = connection.ending { return close(connection, ending) }
        return .none
    }

    /// The next whole message, and the exchange that waits for it, if one does. The octets are valid until the next
    /// call of this or of `ready`.
    func nextMessage(_ key: SlotKey) -> (ExchangeID?, UnsafeBufferPointer<UInt8>)? {
        guard let reading, reading.key == key, let connection = connections[key] else { return nil }
        if let http = connection.http { return unsafe nextResponse(http, connection) }
        let octets = unsafe UnsafeBufferPointer(buffer.slice(0..<reading.filled))
        guard case .message(let range) = StreamFrame.next(in: unsafe octets.span, at: reading.offset) else {
            return nil
        }
        self.reading?.offset = range.upperBound
        let message = unsafe UnsafeBufferPointer(rebasing: octets[range])
        return unsafe (connection.take(message.span), message)
    }

    /// The next response that is a message, with the ID that its query had (RFC 8484 §4.1).
    private func nextResponse(
        _ http: DoHClientConnection, _ connection: UpstreamConnection
    ) -> (ExchangeID?, UnsafeBufferPointer<UInt8>)? {
        while let response = http.nextResponse() {
            switch response.result {
            case .failure(let fault):
                connection.note(fault, stream: response.stream, mayAskAgain: response.mayBeAskedAgain)
            case .success(let message):
                guard let (exchange, id) = connection.take(stream: response.stream, isReply: true) else {
                    continue
                }
                let room = unsafe buffer.slice(0..<message.count)
                _ = unsafe room.update(from: message)
                guard room.count >= 2 else { continue }
                unsafe room[0] = UInt8(truncatingIfNeeded: id >> 8)
                unsafe room[1] = UInt8(truncatingIfNeeded: id)
                return (exchange, UnsafeBufferPointer(room))
            }
        }
        return nil
    }

    /// Keeps the beginning of a message for the next read, and closes a connection that ended or talks
    /// nonsense.
    func finishReading(_ key: SlotKey) -> [Death] {
        guard let reading, reading.key == key, let connection = connections[key] else { return [] }
        self.reading = nil
        var deaths: [Death] = []
        if let http = connection.http {
            deaths = failures(of: connection)
            if http.isFinished, connection.ending == nil {
                connection.ending = .encryptionFailed(.http(.broken))
            }
            if http.isLeaving { leavePool(connection) }
        } else {
            unsafe connection.input.keep(UnsafeBufferPointer(buffer.slice(reading.offset..<reading.filled)))
        }
        if connection.junk >= loop.configuration.junkPerExchange {
            connection.ending = .failed(SystemError.badMessage)
        }
        if let ending = connection.ending { deaths.append(close(connection, ending)) } else { rest(connection) }
        return deaths
    }

    /// Takes queries whose streams came to nothing off their connection.
    private func failures(of connection: UpstreamConnection) -> [Death] {
        var deaths: [Death] = []
        for failure in connection.takeFailures() {
            guard let (exchange, _) = connection.take(stream: failure.stream, isReply: false) else { continue }
            connection.stopExpecting(failure.stream, isReplyOutstanding: false)
            deaths.append(
                Death(exchanges: [exchange], end: .encryptionFailed(.http(failure.fault)),
                    mayAskAgain: failure.mayAskAgain))
        }
        return deaths
    }
}
