public import DNSWire

extension ZoneTable {
    /// The zone that answers a question: the closest above the name, and for DS the one above the cut (RFC 4035 §3.1.4.1),
    /// unless that is somebody else's.
    public func zone(answering question: Question) -> Zone? {
        guard let zone = zone(holding: question.qname) else { return nil }
        guard question.qtype == .ds, zone.apex == question.qname, let parent = question.qname.parent else {
            return zone
        }
        return self.zone(holding: parent)
    }
}
