import DNSTransport
import DNSWire
import DNSZones

/// Primaries that are asked for the serial that they have: over UDP, then over TCP; over TLS where the zone comes over TLS.
extension ZoneTraffic {
    func beginCheck(_ secondary: SecondaryZone, _ primary: Int, _ step: Int) {
        guard let server = secondary.server(primary) else { return }
        counters.serialChecks += 1
        secondary.primary = primary
        attempt(SerialCheck(secondary, primary: primary, step: step, server))
    }

    private func attempt(_ check: SerialCheck) {
        var check = check
        check.id = makeID()
        guard
            let (octets, client) = request(
                SerialQuery.request(check.secondary.apex, id: check.id), check.server.key)
        else { return fail(check, .notAuthentic, Self.unknownKey) }
        check.client = client
        let doublings = min(check.attempts, 16)
        check.attempts += 1
        let exchange = makeExchange()
        check.secondary.exchange = exchange
        checks[exchange] = check
        context.send(
            exchange, message: octets, to: check.server.address,
            over: check.isStream ? check.server.transport : .udp,
            timeout: check.isStream ? bounds.streamTimeout : bounds.datagramTimeout << Int64(doublings))
    }

    func received(
        _ octets: Span<UInt8>, for check: SerialCheck, _ exchange: ExchangeID
    ) -> ExchangeDisposition {
        do throws(TransferFailure) {
            let message = try message(octets, for: check, exchange)
            if message.header.flags.contains(.tc), !check.isStream {
                checks[exchange] = nil
                attemptByStream(check)
                return .finished
            }
            let serial = try SerialQuery.serial(in: message, id: check.id, apex: check.secondary.apex)
            checks[exchange] = nil
            check.secondary.exchange = nil
            events.append((check.secondary, .soaAnswered(step: check.step, serial)))
            return .finished
        } catch {
            // Anybody can send what is no answer, or is not signed as it has to be, over UDP.
            let isForeign = error == .otherResponse || error == .notAuthentic || error.isMalformed
            if isForeign, !check.isStream {
                checks[exchange]?.failure = error
                return .keepWaiting
            }
            checks[exchange] = nil
            fail(check, error, check.detail?.description)
            return .finished
        }
    }

    private func message(
        _ octets: Span<UInt8>, for check: SerialCheck, _ exchange: ExchangeID
    ) throws(TransferFailure) -> Message {
        var client = check.client
        if case .failed(let failure) = client?.verify(octets, wall: context.now.wall) {
            checks[exchange]?.detail = failure
            throw .notAuthentic
        }
        do throws(WireError) {
            return try Message(parsing: octets)
        } catch {
            throw .malformed(error)
        }
    }

    private func attemptByStream(_ check: SerialCheck) {
        var check = check
        check.isStream = true
        attempt(check)
    }

    func ended(_ check: SerialCheck, _ end: ExchangeEnd) {
        guard check.isStream else {
            return check.attempts < bounds.datagramAttempts ? attempt(check) : attemptByStream(check)
        }
        let failure = Self.failure(end)
        guard failure == .timedOut, check.failure != .timedOut else {
            return fail(check, failure, Self.detail(end))
        }
        fail(check, check.failure, check.detail?.description)
    }

    private func fail(_ check: SerialCheck, _ failure: TransferFailure, _ detail: String?) {
        counters.serialChecksFailed += 1
        fail(check.secondary, check.primary, check.step, failure, detail)
    }
}

extension TransferFailure {
    fileprivate var isMalformed: Bool {
        if case .malformed = self { true } else { false }
    }
}
