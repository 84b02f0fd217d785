import DNSWire

extension StreamServer {
    /// Goes on with a TLS handshake. True when it is done; a connection whose handshake failed is closed.
    func shakeHands(_ connection: StreamConnection) -> Bool {
        guard let session = connection.session ?? connection.beginSession(loop.now) else {
            fail(connection, .ours)
            return false
        }
        session.shakeHands(in: batch)
        switch session.state {
        case .handshaking:
            touch(connection)
            return false
        case .broken(let failure):
            fail(connection, failure)
            return false
        case .open, .inputEnded:
            handshakes.end()
            connection.isHandshaking = false
            connection.progressedAt = loop.now.monotonic
            connection.client.hasTransferTLS = session.isFitForTransfers
            loop.counters.sessions.begun.add()
            if session.isResumed { loop.counters.sessions.resumed.add() }
            return true
        }
    }

    func fail(_ connection: StreamConnection, _ failure: TLSFailure) {
        loop.counters.sessions.fail(failure)
        close(connection)
    }

    func settleHandshake(_ connection: StreamConnection) {
        // Nothing is owed to who has not finished it.
        if connection.inputEnded { return close(connection) }
        watch(connection, for: connection.session?.interest ?? .readable)
        armTimer(of: connection)
    }

    /// The connection that has been in its handshake for longest.
    func oldestHandshake() -> StreamConnection? {
        handshakes.oldest(where: isHandshaking).flatMap { connections[$0] }
    }

    func isHandshaking(_ key: SlotKey) -> Bool { connections[key]?.isHandshaking == true }
}

/// Connections that are in a handshake, in the order in which they came.
///
/// Who has ended it stays in line until somebody looks, or the line is twice as long as it need be.
struct HandshakeQueue {
    private var line: [SlotKey] = []
    /// How many are in a handshake.
    private(set) var count = 0
    /// Up to here it is not worth while to close ranks.
    private static let shortLine = 64

    mutating func begin(_ key: SlotKey, where isHandshaking: (SlotKey) -> Bool) {
        if line.count >= max(Self.shortLine, 2 * count) { line.removeAll { !isHandshaking($0) } }
        line.append(key)
        count += 1
    }

    mutating func end() { count -= 1 }

    /// The first in line that still is in its handshake.
    mutating func oldest(where isHandshaking: (SlotKey) -> Bool) -> SlotKey? {
        guard let first = line.firstIndex(where: isHandshaking) else {
            line.removeAll(keepingCapacity: true)
            return nil
        }
        line.removeFirst(first)
        return line.first
    }
}
