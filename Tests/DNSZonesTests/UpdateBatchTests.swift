import DNSWire
import DNSZones
import Testing

/// Several messages on one draft, as the commit queue takes them (RFC 2136 §3.6, §3.7, §5.7).
@Suite struct UpdateBatchTests {
    @Test func `a batch moves the serial one step`() throws {
        var draft = try ZoneDraft(records: "www 300 A 192.0.2.1")
        for number in 2...9 { try UpdateScript("add www 300 A 192.0.2.\(number)").apply(to: &draft) }
        let result = try #require(draft.finished(serial: .increment, wall: 0))
        #expect(result.version.serial.rawValue == 101)
        #expect(result.change.added.count == 8 && result.change.removed.isEmpty)
        #expect(StartOfAuthority(result.change.oldSOA.rdata)?.serial == 100)
        #expect(StartOfAuthority(result.change.newSOA.rdata)?.serial == 101)
    }

    @Test(arguments: SerialPolicy.allCases)
    func `the serial moves by the zone's policy`(_ policy: SerialPolicy) throws {
        var draft = try ZoneDraft(records: "www 300 A 192.0.2.1")
        let message = try UpdateScript("add www 300 A 192.0.2.2").message
        _ = message.apply(
            to: &draft, by: .root, policy: .everything, serial: policy, wall: UpdateScript.wall)
        let expected = policy.serial(after: SerialNumber(100), wall: UpdateScript.wall)
        #expect(draft.serial == expected.rawValue)
        #expect(draft.finished(serial: policy, wall: UpdateScript.wall)?.version.serial == expected)
    }

    /// §5.7: who requires the SOA that he has read must not succeed behind somebody else's change, in the same batch or not.
    @Test func `a SOA that was read is no longer there behind another change`() throws {
        let required = "yxrrset @ SOA ns1 hostmaster 100 7200 900 1209600 300"
        var draft = try ZoneDraft(records: "www 300 A 192.0.2.1")
        // One that changed nothing does not count.
        #expect(
            try UpdateScript(required, "add www 300 A 192.0.2.1").apply(to: &draft).responseCode == .noError)
        #expect(try UpdateScript(required, "add www 300 A 192.0.2.2").apply(to: &draft).isChanged)
        let late = try UpdateScript(required, "add www 300 A 192.0.2.3").apply(to: &draft)
        #expect(late.responseCode == .nxRRset && !late.isChanged)
        #expect(draft.finished(serial: .increment, wall: 0)?.version.serial.rawValue == 101)
    }

    @Test func `an explicit SOA holds for the whole batch`() throws {
        for isFirst in [true, false] {
            var draft = try ZoneDraft(records: "www 300 A 192.0.2.1")
            let soa = try UpdateScript("add @ 3600 SOA ns1 hostmaster 500 7200 900 1209600 300")
            if isFirst { try soa.apply(to: &draft) }
            try UpdateScript("add www 300 A 192.0.2.2").apply(to: &draft)
            if !isFirst { try soa.apply(to: &draft) }
            try UpdateScript("add www 300 A 192.0.2.3").apply(to: &draft)
            let result = try #require(draft.finished(serial: .increment, wall: 0))
            #expect(result.version.serial.rawValue == 500 && result.change.added.count == 2)
        }
    }

    @Test func `an explicit SOA that somebody was faster than is ignored`() throws {
        var draft = try ZoneDraft(records: "www 300 A 192.0.2.1")
        try UpdateScript("add www 300 A 192.0.2.2").apply(to: &draft)
        let script = try UpdateScript("add @ 60 SOA ns1 hostmaster 101 1 1 1 1", "add www 300 A 192.0.2.3")
        #expect(try script.apply(to: &draft).isChanged)
        let version = try #require(draft.finished(serial: .increment, wall: 0)?.version)
        #expect(version.serial.rawValue == 101 && version.soaTTL == 3_600)
    }

    /// Two jumps of nearly half a circle would come out behind the version that is published.
    @Test func `a batch never ends with a serial that is older than the published one`() throws {
        var draft = try ZoneDraft(records: "www 300 A 192.0.2.1")
        try UpdateScript("add @ 60 SOA ns1 hostmaster 2147483700 1 1 1 1").apply(to: &draft)
        try UpdateScript("add @ 60 SOA ns1 hostmaster 4294967295 1 1 1 1").apply(to: &draft)
        #expect(draft.serial == 2_147_483_700)
        #expect(draft.finished(serial: .increment, wall: 0)?.version.serial.rawValue == 2_147_483_700)
    }

    @Test func `a message that fails leaves what came before it`() throws {
        var draft = try ZoneDraft(records: "www 300 A 192.0.2.1")
        try UpdateScript("add a 5 TXT x", lease: UpdateLease(lease: 60)).apply(to: &draft)
        let (before, leases) = (draft.text, draft.leaseChanges)
        let failed = try UpdateScript("nxdomain a", "add b 5 TXT x", lease: UpdateLease(lease: 60)).apply(
            to: &draft)
        #expect(failed.responseCode == .yxDomain && failed.lease == nil)
        #expect(draft.text == before && draft.leaseChanges == leases)
    }

    @Test func `each message sees what those before it did`() throws {
        var draft = try ZoneDraft()
        #expect(
            try UpdateScript("nxdomain a", "add a 5 TXT first").apply(to: &draft).responseCode == .noError)
        #expect(
            try UpdateScript("nxdomain a", "add a 5 TXT second").apply(to: &draft).responseCode == .yxDomain)
        #expect(
            try UpdateScript("yxrrset a TXT first", "delete a").apply(to: &draft).responseCode == .noError)
        #expect(try UpdateScript("yxdomain a").apply(to: &draft).responseCode == .nxDomain)
    }
}
