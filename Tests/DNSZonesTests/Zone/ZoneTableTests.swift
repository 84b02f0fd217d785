import DNSWire
import DNSZones
import SeededRandom
import Synchronization
import Testing

@Suite struct ZoneTableTests {
    static func zone(_ apex: DomainName) -> Zone { Zone(apex: apex, id: 1, settings: ZoneSettings()) }

    /// The qname as it stands behind a header, among other octets.
    static func find(_ name: DomainName, in table: ZoneTable) -> Zone? {
        let packet = [UInt8](repeating: 0x61, count: 12) + name.wire + [0, 1, 0, 1, 0x61]
        return table.zone(holding: packet.span, 12..<(12 + name.wire.count))
    }

    @Test func `the longest apex holds a name`() throws {
        let table = ZoneTable(
            ["home.arpa.", "Sub.home.arpa.", "10.in-addr.arpa.", "example."].map(Self.zone))
        for (name, apex): (DomainName, DomainName?) in [
            ("home.arpa.", "home.arpa."), ("HOME.ARPA.", "home.arpa."), ("a.b.home.arpa.", "home.arpa."),
            ("sub.home.arpa.", "sub.home.arpa."), ("x.SUB.Home.arpa.", "sub.home.arpa."),
            ("xsub.home.arpa.", "home.arpa."), ("arpa.", nil), (".", nil), ("xhome.arpa.", nil),
            ("1.10.in-addr.arpa.", "10.in-addr.arpa."), ("example.", "example."), ("example.org.", nil),
            ("home.arpa.org.", nil),
        ] {
            #expect(Self.find(name, in: table)?.apex == apex, "\(name)")
            #expect(table.zone(holding: name)?.apex == apex, "\(name)")
        }
        #expect(table.zone(at: "SUB.HOME.ARPA.")?.apex == "sub.home.arpa." && table.zone(at: "arpa.") == nil)
    }

    @Test func `a zone that is not served is not found`() {
        let (upper, lower) = (Self.zone("example."), Self.zone("lab.example."))
        let table = ZoneTable([upper, lower])
        #expect(Self.find("www.lab.example.", in: table)?.apex == "lab.example.")
        lower.settings.isServed = false
        #expect(Self.find("www.lab.example.", in: table)?.apex == "example.")
        #expect(table.zone(holding: "lab.example.")?.apex == "example.")
        #expect(table.zone(at: "lab.example.") == nil)
        upper.settings.isServed = false
        #expect(Self.find("www.lab.example.", in: table) == nil && table.zones.count == 2)
        lower.settings.isServed = true
        #expect(Self.find("www.lab.example.", in: table)?.apex == "lab.example.")
        #expect(table.zone(at: "lab.example.")?.apex == "lab.example.")
    }

    @Test func `a zone of the root holds everything, an empty table nothing`() {
        let table = ZoneTable([Self.zone("."), Self.zone("example.")])
        #expect(Self.find(".", in: table)?.apex == .root)
        #expect(Self.find("www.example.org.", in: table)?.apex == .root)
        #expect(Self.find("www.example.", in: table)?.apex == "example.")
        #expect(Self.find("www.example.", in: ZoneTable()) == nil && ZoneTable().isEmpty)
    }

    @Test(arguments: 0..<6)
    func `random tables find what a walk up the name finds`(_ seed: Int) {
        var generator = SeededGenerator(seed: UInt64(seed))
        let zones = (0..<(1 << seed)).map { _ in Self.zone(generator.name(below: "z.", labels: 3)) }
        let table = ZoneTable(zones)
        let apexes = Set(zones.map(\.apex))
        #expect(Set(table.zones.map(\.apex)) == apexes)
        for _ in 0..<400 {
            let name = generator.name(below: generator.below(5) == 0 ? "y." : "z.", labels: 6)
            let expected = (0...name.labelCount).reversed().map(name.suffix).first(where: apexes.contains)
            #expect(Self.find(name, in: table)?.apex == expected, "\(name)")
        }
    }

    @Test func `octets that are no name find nothing, and harm nothing`() {
        var generator = SeededGenerator(seed: 1)
        let table = ZoneTable([Self.zone("a."), Self.zone("a.b.c.")])
        for _ in 0..<2_000 {
            let packet = generator.octets(generator.below(300)).map { $0 & 0x43 }
            let start = generator.below(packet.count + 4)
            _ = table.zone(holding: packet.span, start..<(start + generator.below(300)))
        }
        let packet: [UInt8] = [1, 0x61]
        #expect(table.zone(holding: packet.span, 0..<2) == nil)
        #expect(table.zone(holding: packet.span, 0..<3) == nil)
    }

    /// The last table that was set, told to the readers behind the directory's back.
    final class Published: Sendable {
        let id = Atomic<Int64>(0)
    }

    /// What counts is the order: a table was set before a reader began, so the reader must find it or a later one.
    @Test func `a reader that begins behind a new table finds it`() async {
        let directory = ZoneDirectory(ZoneTable([Zone(apex: "z.", id: 0, settings: ZoneSettings())]))
        let published = Published()
        let last: Int64 = 2_000
        await withTaskGroup(of: Bool.self) { group in
            for _ in 0..<3 {
                group.addTask {
                    var view = ZoneTableView(directory)
                    let qname = ("x.z." as DomainName).wire
                    while true {
                        let before = published.id.load(ordering: .sequentiallyConsistent)
                        let zone = view.zone(of: directory, holding: qname.span, qname.indices)
                        let other = view.table(of: directory).zone(at: "z.")
                        guard let zone, let other, zone.id >= before, other.id >= zone.id else {
                            return false
                        }
                        if before == last { return true }
                        // The writer needs a thread, too.
                        await Task.yield()
                    }
                }
            }
            group.addTask {
                for id in 1...last {
                    directory.table = ZoneTable([Zone(apex: "z.", id: id, settings: ZoneSettings())])
                    published.id.store(id, ordering: .sequentiallyConsistent)
                }
                return true
            }
            for await isRight in group { #expect(isRight) }
        }
        #expect(directory.table.zone(at: "z.")?.id == last && directory.generation == UInt64(last))
    }
}
