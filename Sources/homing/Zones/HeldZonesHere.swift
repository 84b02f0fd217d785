import DNSCache
import DNSResolution
import DNSWire
import DNSZones
import DNSServer

/// What resolutions are told of the zones that are held here.
struct HeldZonesHere: HeldZones {
    let directory: ZoneDirectory

    func place(of name: DomainName, _ qtype: RecordType) -> HeldPlace {
        guard let zone = directory.table.zone(answering: Question(name, qtype)) else { return .elsewhere }
        // An alias that leads to a cut is not behind it.
        guard let answer = zone.version?.answer(name, qtype), case .delegation(let cut) = answer.next,
            answer.answers.isEmpty
        else { return .held }
        return .delegated(Delegation(cut))
    }

    func addresses(of name: DomainName, _ type: RecordType) -> [IPAddress] {
        guard let version = directory.table.zone(holding: name)?.version else { return [] }
        let rrset = version.answer(name, type).answers.last
        // An alias that leads out of the zone has a name, some of which are as long as addresses.
        guard let rrset, rrset.type == type else { return [] }
        return rrset.rdatas.compactMap(\.address)
    }
}

extension Delegation {
    fileprivate init(_ cut: ZoneCut) {
        let servers = cut.nameServers.rdatas.compactMap(\.targetName).map { name in
            let glue = cut.glue.filter { $0.ownerName == name }
            return NameServer(name, addresses: glue.flatMap { $0.rdatas.compactMap(\.address) })
        }
        self.init(zone: cut.name, nameServers: servers, ttl: cut.nameServers.ttl)
    }
}
