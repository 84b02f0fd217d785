import DNSResolution
import DNSWire

extension ResolverService {
    /// Whether a zone here has the say on a name, or has delegated it: what is reserved yields to that.
    func isHeld(_ question: Question) -> Bool {
        guard let zones = settings.resolver.heldZones, question.qclass == .internet else { return false }
        if case .elsewhere = zones.place(of: question.qname, question.qtype) { return false }
        return true
    }
}
