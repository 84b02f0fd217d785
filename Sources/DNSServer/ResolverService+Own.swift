import DNSCache
public import DNSResolution
import DNSTransport
public import DNSWire

/// Questions of the house itself.
extension ResolverService {
    /// Asks `question` past the cache and without validating what comes, as those need who look at keys themselves.
    ///
    /// - Parameter body: called on the worker's queue, once, when it is answered or has failed.
    public func resolve(_ question: Question, then body: @escaping (Outcome) -> Void) {
        let variant: AnswerVariant = [.dnssecOK, .checkingDisabled]
        let key = FlightKey(question, variant)
        if let id = flightByKey[key], let current = flights[id] {
            current.observers.append(body)
            return
        }
        let flight = makeFlight(key, variant, initiator: nil, skipsCache: true)
        flight.observers.append(body)
        handle(.start, flight)
    }
}
