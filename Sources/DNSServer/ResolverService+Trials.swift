import DNSCache
import DNSResolution
import DNSTransport
import DNSWire

/// Finds out which authoritative servers take queries over TLS (RFC 9539): beside a query in cleartext, which does not wait
/// for it, a server is asked for its zone's SOA over TLS. Whatever comes back shows that it does.
extension ResolverService {
    /// A trial that is under way.
    struct Trial {
        let id: UInt16
        /// Where the server is asked in cleartext; what is known of it is kept under this.
        let server: SocketAddress
    }

    /// Handshakes cost servers and us some work, and nobody waits for these.
    private static let trialsAtOnce = 32

    func tryTLS(_ trial: Resolution.TLSTrial) {
        guard trials.count < Self.trialsAtOnce else { return }
        repeat { lastTrial &+= 1 } while trials[lastTrial] != nil
        let id = UInt16.random(in: 0...UInt16.max, using: &random)
        var query = Message(header: Header(id: id), questions: [Question(trial.zone, .soa)])
        query.edns = EDNS(payloadSize: settings.resolver.payloadSize)
        cache.health.update(trial.server) { $0.tls.beginTrial(at: context.now.monotonic) }
        trials[lastTrial] = Trial(id: id, server: trial.server)
        context.send(
            FlightToken.trial(lastTrial), message: query.compose(), to: trial.encryption.address,
            over: .encrypted(trial.encryption), timeout: TLSSupport.timeout)
    }

    /// - Parameter message: nil when none came.
    func endTrial(_ exchange: ExchangeID, _ message: Message?) {
        guard let trial = trials.removeValue(forKey: FlightToken.number(exchange)) else { return }
        let isAnswered = message.map { $0.header.isResponse && $0.header.id == trial.id } ?? false
        let now = context.now.monotonic
        cache.health.update(trial.server) {
            if isAnswered { $0.tls.answered(at: now) } else { $0.tls.failed(at: now) }
        }
    }
}
