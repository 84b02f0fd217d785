import DNSWire
import DNSZones
import Testing

/// Leases as updates ask for them (RFC 9664).
@Suite struct LeaseUpdateTests {
    static let wall = UpdateScript.wall
    static let address = LeasedRecord("h.example.", .a, .address(IPAddress(192, 0, 2, 1)))

    @Test(arguments: [
        (UpdateLease(lease: 3_600), UpdateLease(lease: 3_600)),
        (UpdateLease(lease: 0), UpdateLease(lease: 30)), (UpdateLease(lease: 29), UpdateLease(lease: 30)),
        (UpdateLease(lease: .max), UpdateLease(lease: 86_400)),
        (UpdateLease(lease: 60, keyLease: 0), UpdateLease(lease: 60, keyLease: 30)),
        (UpdateLease(lease: 60, keyLease: .max), UpdateLease(lease: 60, keyLease: 604_800)),
        (UpdateLease(lease: 86_401, keyLease: 86_401), UpdateLease(lease: 86_400, keyLease: 86_401)),
    ])
    func `the lease that is granted is within bounds and in the form that was asked`(
        _ wanted: UpdateLease, _ granted: UpdateLease
    ) throws {
        var draft = try ZoneDraft()
        let result = try UpdateScript("add h 60 A 192.0.2.1", lease: wanted).apply(to: &draft)
        #expect(result.lease == granted)
        #expect(draft.leaseChanges == [.set(Self.address, expiry: Self.wall + Int64(granted.lease))])
    }

    @Test func `every successful update with the option is answered with it`() throws {
        let lease = UpdateLease(lease: 600)
        var draft = try ZoneDraft(records: "h 60 A 192.0.2.1")
        for line in ["yxdomain h", "delete none", "delete h", "add @ 60 SOA ns1 h 5 1 1 1 1"] {
            #expect(try UpdateScript(line, lease: lease).apply(to: &draft).lease == lease)
        }
        #expect(try UpdateScript("yxdomain none", lease: lease).apply(to: &draft).lease == nil)
        #expect(try UpdateScript("add h 60 A 192.0.2.1").apply(to: &draft).lease == nil)
    }

    @Test func `a zone may have other bounds`() throws {
        var policy = UpdatePolicy([UpdateRule(isGrant: true, .anyone, .zonesub, .any)])
        policy.leases.minimum = 60
        policy.leases.maximum = 120
        policy.leases.maximumOfKeys = 90
        for (wanted, granted) in [(1, 60), (100, 100), (1_000, 120)] as [(UInt32, UInt32)] {
            var draft = try ZoneDraft()
            let script = try UpdateScript(
                "add h 60 A 192.0.2.1", lease: UpdateLease(lease: wanted, keyLease: 1_000))
            let result = try script.apply(to: &draft, policy: policy)
            #expect(result.lease == UpdateLease(lease: granted, keyLease: 90))
        }
    }

    @Test func `KEY records have a lease of their own where one is asked for`() throws {
        let key = "KEY 0 3 13 AAAA"
        for (lease, expiry) in [
            (UpdateLease(lease: 60, keyLease: 3_600), 3_600), (UpdateLease(lease: 60), 60),
        ] {
            var draft = try ZoneDraft()
            try UpdateScript("add h 60 A 192.0.2.1", "add h 60 \(key)", lease: lease).apply(to: &draft)
            let record = LeasedRecord("h.example.", .key, RData(unchecked: [0, 0, 3, 13, 0, 0, 0]))
            #expect(
                draft.leaseChanges == [
                    .set(Self.address, expiry: Self.wall + 60),
                    .set(record, expiry: Self.wall + Int64(expiry)),
                ])
        }
    }

    /// §5.3: a refresh must not change the serial.
    @Test func `a refresh renews the lease and changes nothing else`() throws {
        var table = LeaseTable()
        var draft = try ZoneDraft()
        let script = try UpdateScript("delete h TXT", "add h 60 A 192.0.2.1", lease: UpdateLease(lease: 600))
        #expect(try script.apply(to: &draft).isChanged)
        table.apply(table.effect(of: draft.leaseChanges))
        let version = try #require(draft.finished(serial: .increment, wall: 0)?.version)
        draft = ZoneDraft(version)
        let result = try script.apply(to: &draft, wall: Self.wall + 500)
        #expect(result.responseCode == .noError && !result.isChanged && result.lease?.lease == 600)
        #expect(draft.finished(serial: .increment, wall: 0) == nil)
        let effect = table.effect(of: draft.leaseChanges)
        #expect(effect == [.set(Self.address, expiry: Self.wall + 1_100)])
        table.apply(effect)
        #expect(table.expiry(of: Self.address) == Self.wall + 1_100 && table.count == 1)
    }

    @Test func `the record is named as the zone has it`() throws {
        var draft = try ZoneDraft(records: "Host 60 PTR Www.example.")
        try UpdateScript("add HOST 60 PTR WWW", lease: UpdateLease(lease: 60)).apply(to: &draft)
        let stored = try #require(draft.rrset("host.example.", .ptr)?.rdatas.first)
        #expect(
            draft.leaseChanges == [.set(LeasedRecord("host.example.", .ptr, stored), expiry: Self.wall + 60)])
        #expect(draft.text == (try ZoneDraft(records: "Host 60 PTR Www.example.")).text)
    }

    @Test func `without the option the record stays for good`() throws {
        var table = LeaseTable()
        var draft = try ZoneDraft()
        try UpdateScript("add h 60 A 192.0.2.1", lease: UpdateLease(lease: 60)).apply(to: &draft)
        try UpdateScript("add h 60 A 192.0.2.1").apply(to: &draft)
        #expect(draft.leaseChanges == [.set(Self.address, expiry: Self.wall + 60), .clear(Self.address)])
        #expect(table.effect(of: draft.leaseChanges) == [])
        table.apply([.set(Self.address, expiry: Self.wall + 60)])
        #expect(table.effect(of: draft.leaseChanges) == [.clear(Self.address)])
    }

    @Test(arguments: [
        "delete h", "delete h A", "delete h A 192.0.2.1",
    ])
    func `a lease ends with its record`(_ line: String) throws {
        var draft = try ZoneDraft(records: "h 60 A 192.0.2.1")
        try UpdateScript(line).apply(to: &draft)
        #expect(draft.leaseChanges == [.clear(Self.address)])
        // With the option too: what is removed is removed for good (§4).
        draft = try ZoneDraft(records: "h 60 A 192.0.2.1")
        try UpdateScript(line, lease: UpdateLease(lease: 60)).apply(to: &draft)
        #expect(draft.leaseChanges == [.clear(Self.address)])
    }

    @Test func `what takes a record's place takes its lease`() throws {
        let lease = UpdateLease(lease: 60)
        var draft = try ZoneDraft(records: "h 60 CNAME old")
        try UpdateScript("add h 60 CNAME new", lease: lease).apply(to: &draft)
        let (old, new) = (
            LeasedRecord("h.example.", .cname, .name("old.example.")),
            LeasedRecord("h.example.", .cname, .name("new.example."))
        )
        #expect(draft.leaseChanges == [.clear(old), .set(new, expiry: Self.wall + 60)])
    }

    @Test func `what was ignored has no lease, nor the SOA`() throws {
        var draft = try ZoneDraft(records: "h 60 CNAME x")
        try UpdateScript(
            "add h 60 A 192.0.2.1", "add @ 60 SOA ns1 h 500 1 1 1 1", "add x 60 SOA ns1 h 500 1 1 1 1",
            lease: UpdateLease(lease: 60)
        ).apply(to: &draft)
        #expect(draft.leaseChanges.isEmpty && draft.serial == 500)
    }

    // --- Expiry ---

    @Test func `expired records are removed, and nothing else of their RRset`() throws {
        var draft = try ZoneDraft(records: "h 60 A 192.0.2.1", "h 60 A 192.0.2.2", "h 60 TXT x")
        LeaseTable.removal(of: [Self.address], from: &draft, serial: .increment, wall: 0)
        #expect(draft.dataText == ["h.example. 60 IN A 192.0.2.2", "h.example. 60 IN TXT \"x\""])
        #expect(draft.leaseChanges.contains(.clear(Self.address)) && draft.serial == 101)
        let change = try #require(draft.finished(serial: .increment, wall: 0)?.change)
        #expect(change.removed.map(\.rdata) == [Self.address.rdata])
    }

    @Test func `the last NS stays when its lease ends, and what is gone is only forgotten`() throws {
        var draft = try ZoneDraft()
        let records = [
            LeasedRecord("example.", .ns, .name("ns1.example.")),
            LeasedRecord("none.example.", .a, Self.address.rdata),
            LeasedRecord("example.", .soa, draft.base.soa.rdata),
        ]
        let before = draft.text
        LeaseTable.removal(of: records, from: &draft, serial: .increment, wall: 0)
        #expect(draft.text == before && draft.leaseChanges == records.map { .clear($0) })
        #expect(draft.finished(serial: .increment, wall: 0) == nil)
        // With a second one the first may go.
        draft = try ZoneDraft(records: "@ 3600 NS ns2")
        LeaseTable.removal(of: Array(records.prefix(1)), from: &draft, serial: .increment, wall: 0)
        #expect(draft.rrset("example.", .ns)?.rdatas == [.name("ns2.example.")])
    }
}
