import DNSCache
public import DNSResolution
import DNSTransport
import DNSValidation
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

    /// Milliseconds between two tellings.
    private static let signalInterval: Int64 = 86_400_000

    /// Tells the zones with trust anchors which of their keys are trusted here (RFC 8145 §5). It goes with the resolutions, at
    /// most once a day, so that a resolver that nobody uses is silent.
    func signalAnchors() {
        let uptime = context.now.uptime
        guard uptime >= nextSignal, isSignaller, settings.signalsAnchors,
            let anchors = settings.resolver.validation?.anchors
        else { return }
        nextSignal = uptime + Self.signalInterval
        for anchor in anchors.anchors where anchors.closest(to: anchor.zone) == .anchor(anchor) {
            // What comes back is of no interest.
            for question in KeyTagSignal.questions(for: anchor) { resolve(question) { _ in } }
        }
    }
}
