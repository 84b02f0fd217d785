import DNSWire
import Testing

@testable import DNSCache

/// The order of a zone's denial records. What they prove is not known here.
@Suite struct DenialStoreTests {
    private let zone = name("example.org")

    private func store(records: Int? = nil) -> DenialStore {
        var limits = Cache.Limits()
        limits.byteCeiling = 16 << 20
        // 16 shards, one record for each 16 KiB of the ceiling, at least 64.
        if let records { limits.byteCeiling = records * 16 * 16_384 }
        return DenialStore(limits: limits, hashKey: SipHash.Key(low: 1, high: 2))
    }

    private func nsec(_ owner: String, _ next: String, ttl: UInt32 = 300) -> RRset {
        RRset(name(owner), .nsec, ttl: ttl, rdatas: [RData(unchecked: name(next).wire + [0, 1, 0x40])])
    }

    /// The hash is 20 octets of one value; the next owner's is 20 of another.
    private func nsec3(
        _ hash: UInt8, _ next: UInt8, flags: UInt8 = 0, iterations: UInt8 = 0, ttl: UInt32 = 300
    ) -> RRset {
        let digits = Array("0123456789abcdefghijklmnopqrstuv".utf8)
        let bits = [UInt8](repeating: hash, count: 20).flatMap { octet in
            (0..<8).map { octet >> (7 - $0) & 1 }
        }
        let label = stride(from: 0, to: bits.count, by: 5).map { start in
            digits[Int(bits[start..<start + 5].reduce(0) { $0 << 1 | $1 })]
        }
        let owner = zone.prepending(label: label)
        let rdata =
            [1, flags, 0, iterations, 0, 20] + [UInt8](repeating: next, count: 20) + [0, 1, 0x40]
        return RRset(owner ?? .root, .nsec3, ttl: ttl, rdatas: [RData(unchecked: rdata)])
    }

    private func hash(_ octet: UInt8) -> [UInt8] { [UInt8](repeating: octet, count: 20) }

    // --- Order ---

    @Test func theRecordAtANameOrBeforeIt() {
        let store = store()
        // In canonical order (RFC 4034 §6.1), admitted in another.
        let chain = [
            nsec("example.org", "a.example.org"), nsec("a.example.org", "z.a.example.org"),
            nsec("z.a.example.org", "m.example.org"), nsec("m.example.org", "example.org"),
        ]
        store.admit([chain[2], chain[0], chain[3], chain[1]], soa: nil, of: zone, now: at(0))
        for (asked, found) in [
            ("example.org", 0), ("a.example.org", 1), ("b.a.example.org", 1), ("z.a.example.org", 2),
            ("zz.a.example.org", 2), ("b.example.org", 2), ("m.example.org", 3), ("z.example.org", 3),
        ] {
            #expect(store.record(at: name(asked), in: zone, now: at(0)) == chain[found], "\(asked)")
        }
        #expect(store.record(at: name("a.example.net"), in: name("example.net"), now: at(0)) == nil)
    }

    @Test func nothingStandsBeforeTheFirstName() {
        let store = store()
        store.admit([nsec("m.example.org", "example.org")], soa: nil, of: zone, now: at(0))
        #expect(store.record(at: name("b.example.org"), in: zone, now: at(0)) == nil)
    }

    @Test func hashesGoAroundTheEnd() {
        let store = store()
        let (first, last) = (nsec3(0x20, 0x80), nsec3(0x80, 0x20))
        store.admit([last, first], soa: nil, of: zone, now: at(0))
        for (asked, found) in [(0x20, first), (0x7f, first), (0x80, last), (0xff, last), (0x10, last)]
            as [(UInt8, RRset)]
        {
            #expect(store.record(of: hash(asked), in: zone, now: at(0)) == found, "\(asked)")
        }
    }

    @Test func otherParametersBeginAnOtherChain() {
        let store = store()
        store.admit([nsec3(0x20, 0x80)], soa: nil, of: zone, now: at(0))
        store.admit([nsec3(0x40, 0x60, iterations: 5)], soa: nil, of: zone, now: at(0))
        #expect(store.apex(enclosing: zone, now: at(0))?.parameters?.iterations == 5)
        #expect(store.record(of: hash(0x20), in: zone, now: at(0)) == nsec3(0x40, 0x60, iterations: 5))
    }

    // --- What is kept ---

    @Test func theDeepestZoneDenies() {
        let store = store()
        let child = name("child.example.org")
        store.admit([nsec("example.org", "example.org")], soa: soa(zone), of: zone, now: at(0))
        store.admit([nsec("child.example.org", "child.example.org")], soa: nil, of: child, now: at(0))
        #expect(store.apex(enclosing: name("a.child.example.org"), now: at(0))?.zone == child)
        let apex = store.apex(enclosing: name("a.example.org"), now: at(0))
        #expect(apex?.zone == zone && apex?.soa == soa(zone))
        #expect(store.apex(enclosing: name("example.net"), now: at(0)) == nil)
    }

    /// Zones are as many as their owners like: one of which nothing is kept must not be in the table.
    @Test func optOutLeavesNothing() {
        let store = store()
        store.admit([nsec3(0x20, 0x80, flags: 1)], soa: soa(zone), of: zone, now: at(0))
        #expect(store.apex(enclosing: zone, now: at(0)) == nil)
        store.admit([], soa: soa(zone), of: zone, now: at(0))
        #expect(store.apex(enclosing: zone, now: at(0)) == nil)
    }

    @Test func ttlCountsDown() {
        let store = store()
        store.admit(
            [nsec("example.org", "a.example.org", ttl: 10)], soa: soa(zone, ttl: 5), of: zone, now: at(0))
        #expect(store.record(at: zone, in: zone, now: at(4))?.ttl == 6)
        #expect(store.apex(enclosing: zone, now: at(4))?.soa?.ttl == 1)
        #expect(store.apex(enclosing: zone, now: at(5))?.soa == nil)
        #expect(store.record(at: zone, in: zone, now: at(10)) == nil)
    }

    @Test func theNewerRecordStays() {
        let store = store()
        store.admit([nsec("example.org", "a.example.org", ttl: 10)], soa: nil, of: zone, now: at(0))
        store.admit([nsec("example.org", "b.example.org", ttl: 10)], soa: nil, of: zone, now: at(5))
        var left = nsec("example.org", "b.example.org", ttl: 4)
        #expect(store.record(at: zone, in: zone, now: at(11)) == left)
        left.ttl = 0
        #expect(store.record(at: zone, in: zone, now: at(15)) == nil)
    }

    // --- Bounds and purging ---

    @Test func aFullShardIsEmptied() {
        let store = store(records: 64)
        for number in 0..<64 {
            store.admit([nsec("\(1000 + number).example.org", "example.org")], soa: nil, of: zone, now: at(0))
        }
        #expect(store.record(at: name("1000.example.org"), in: zone, now: at(0)) != nil)
        store.admit([nsec("9.example.org", "example.org")], soa: nil, of: zone, now: at(0))
        #expect(store.record(at: name("1063.example.org"), in: zone, now: at(0)) == nil)
        #expect(store.record(at: name("9.example.org"), in: zone, now: at(0)) != nil)
    }

    @Test func flushingANameForgetsItsZones() {
        let cache = cache()
        for zone in ["example.org", "child.example.org", "example.net"] {
            cache.denials.admit([nsec(zone, zone)], soa: nil, of: name(zone), now: at(0))
        }
        cache.flush(name: name("a.child.example.org"))
        for (zone, isKept) in [("example.org", false), ("child.example.org", false), ("example.net", true)] {
            #expect((cache.denials.record(at: name(zone), in: name(zone), now: at(0)) != nil) == isKept)
        }
        cache.flushAll()
        #expect(cache.denials.record(at: name("example.net"), in: name("example.net"), now: at(0)) == nil)
    }
}
