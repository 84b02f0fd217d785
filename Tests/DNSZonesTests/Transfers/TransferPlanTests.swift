import DNSWire
import DNSZones
import SeededRandom
import Testing

@Suite struct TransferPlanTests {
    /// A zone large enough that changes are worth it, and its changes.
    static func history(_ count: Int) -> (version: ZoneVersion, changes: [ZoneChange]) {
        var generator = SeededGenerator(seed: 1)
        var version = TransferFixtures.randomVersion(300, &generator)
        var changes: [ZoneChange] = []
        for _ in 0..<count {
            let result = TransferFixtures.changed(version, &generator)
            version = result.version
            changes.append(result.change)
        }
        return (version, changes)
    }

    static func plan(_ serial: UInt32, _ version: ZoneVersion, _ changes: [ZoneChange]?) -> TransferPlan {
        TransferFixtures.request(.incremental(since: SerialNumber(serial))).plan(
            for: version, changes: changes)
    }

    @Test func `AXFR is answered with all`() {
        let (version, changes) = Self.history(2)
        #expect(TransferFixtures.request(.full).plan(for: version, changes: changes) == .full)
        #expect(TransferFixtures.request(.full).changesNeeded(for: version) == nil)
    }

    @Test func `a client that is up to date or ahead gets the SOA record`() {
        let (version, _) = Self.history(2)
        #expect(version.soa.serial == 3)
        for serial in [3, 4, 1_000, 0x8000_0002] as [UInt32] {
            #expect(Self.plan(serial, version, nil) == .soaAlone)
            let request = TransferFixtures.request(.incremental(since: SerialNumber(serial)))
            #expect(request.changesNeeded(for: version) == nil)
        }
    }

    @Test func `a client that is behind gets the changes`() {
        let (version, changes) = Self.history(3)
        #expect(Self.plan(1, version, changes) == .incremental(changes))
        #expect(Self.plan(3, version, Array(changes[2...])) == .incremental([changes[2]]))
        let request = TransferFixtures.request(.incremental(since: SerialNumber(1)))
        #expect(request.changesNeeded(for: version) == SerialNumber(1))
    }

    @Test func `changes behind the version are left out`() {
        let (_, changes) = Self.history(3)
        let (version, _) = Self.history(2)
        #expect(Self.plan(1, version, changes) == .incremental(Array(changes[..<2])))
    }

    @Test func `without all of the changes all is sent`() {
        let (version, changes) = Self.history(3)
        #expect(Self.plan(1, version, nil) == .full)
        #expect(Self.plan(1, version, []) == .full)
        #expect(Self.plan(1, version, Array(changes[..<2])) == .full)
        #expect(Self.plan(1, version, Array(changes[1...])) == .full)
        #expect(Self.plan(1, version, [changes[0], changes[2]]) == .full)
    }

    @Test func `what is longer than the zone is not sent`() {
        let version = TransferFixtures.version([], serial: 2)
        let records = (0..<20).map {
            Record("a.example.test.", .a, ttl: 1, RData(unchecked: [1, 2, 3, UInt8($0)]))
        }
        let change = ZoneChange(
            oldSOA: TransferFixtures.soa(1).records[0], newSOA: version.soaRecord, removed: records, added: []
        )
        #expect(Self.plan(1, version, [change]) == .full)
    }
}
