import DNSWire
import DNSZones
import Testing

/// Updates as DHCP servers send them by RFC 4703 §5.3, with the requests that Kea's D2 makes.
@Suite struct UpdateDHCPTests {
    /// Two clients by their DHCID (RFC 4701 §3.6).
    static let one = "AAIBY2/AuCccgoJbsaxcQc9TUapptP69lOjxfNuVAA2kjEA="
    static let other = "AAEBOSD+XR3Os/0LozeXVqcNc7FwCfQdWL3b/NaiUDlW2No="

    static let policy = UpdatePolicy([
        UpdateRule(
            isGrant: true, .key("dhcp."), .subdomain("example."),
            .listed([.init(.a), .init(.aaaa), .init(.ptr), .init(.dhcid)]))
    ])
    static let requestor = Requestor(key: "dhcp.", address: IPAddress(192, 0, 2, 67), isStream: false)

    static func send(_ script: UpdateScript, _ draft: inout ZoneDraft) throws -> ResponseCode {
        try script.apply(to: &draft, by: requestor, policy: policy).responseCode
    }

    /// The name is new: take it (§5.3.1).
    static func add(_ address: String, _ dhcid: String) throws -> UpdateScript {
        try UpdateScript("nxdomain laptop", "add laptop 1200 A \(address)", "add laptop 1200 DHCID \(dhcid)")
    }

    /// The name is the client's already: give it another address (§5.3.2).
    static func replace(_ address: String, _ dhcid: String) throws -> UpdateScript {
        try UpdateScript(
            "yxdomain laptop", "yxrrset laptop DHCID \(dhcid)", "delete laptop A",
            "add laptop 1200 A \(address)")
    }

    /// The address goes, then the name if no other address is left (§5.5).
    static func release(_ address: String, _ dhcid: String) throws -> UpdateScript {
        try UpdateScript("yxrrset laptop DHCID \(dhcid)", "delete laptop A \(address)")
    }

    static func releaseName(_ dhcid: String) throws -> UpdateScript {
        try UpdateScript(
            "yxrrset laptop DHCID \(dhcid)", "nxrrset laptop A", "nxrrset laptop AAAA", "delete laptop")
    }

    static func reverse(_ target: String, _ dhcid: String) throws -> UpdateScript {
        try UpdateScript(
            "delete 7.rev PTR", "delete 7.rev DHCID", "add 7.rev 1200 PTR \(target)",
            "add 7.rev 1200 DHCID \(dhcid)")
    }

    @Test func `a client comes, renews, moves and goes`() throws {
        var draft = try ZoneDraft()
        #expect(try Self.send(Self.add("192.0.2.7", Self.one), &draft) == .noError)
        let taken = [
            "laptop.example. 1200 IN A 192.0.2.7", "laptop.example. 1200 IN DHCID \(Self.one)",
        ]
        #expect(draft.dataText == taken)
        // A renewal tries to take the name, finds it in use, finds it to be its own, and changes nothing.
        #expect(try Self.send(Self.add("192.0.2.7", Self.one), &draft) == .yxDomain)
        let serial = draft.serial
        #expect(try Self.send(Self.replace("192.0.2.7", Self.one), &draft) == .noError)
        #expect(draft.dataText == taken && draft.serial == serial)
        #expect(try Self.send(Self.replace("192.0.2.8", Self.one), &draft) == .noError)
        #expect(draft.dataText.first == "laptop.example. 1200 IN A 192.0.2.8")
        // The release of the address that it had before does no harm, the name stays.
        #expect(try Self.send(Self.release("192.0.2.7", Self.one), &draft) == .noError)
        #expect(try Self.send(Self.releaseName(Self.one), &draft) == .yxRRset)
        #expect(draft.dataText.count == 2)
        #expect(try Self.send(Self.release("192.0.2.8", Self.one), &draft) == .noError)
        #expect(draft.dataText == ["laptop.example. 1200 IN DHCID \(Self.one)"])
        #expect(try Self.send(Self.releaseName(Self.one), &draft) == .noError)
        #expect(draft.dataText == [])
    }

    @Test func `another client with the same name gets nothing`() throws {
        var draft = try ZoneDraft()
        #expect(try Self.send(Self.add("192.0.2.7", Self.one), &draft) == .noError)
        let before = draft.text
        #expect(try Self.send(Self.add("192.0.2.9", Self.other), &draft) == .yxDomain)
        #expect(try Self.send(Self.replace("192.0.2.9", Self.other), &draft) == .nxRRset)
        #expect(try Self.send(Self.release("192.0.2.7", Self.other), &draft) == .nxRRset)
        // Those about values are judged last (RFC 2136 §3.2.5).
        #expect(try Self.send(Self.releaseName(Self.other), &draft) == .yxRRset)
        #expect(draft.text == before)
        // Gone in the meantime, it is taken from the start.
        #expect(try Self.send(Self.release("192.0.2.7", Self.one), &draft) == .noError)
        #expect(try Self.send(Self.releaseName(Self.one), &draft) == .noError)
        #expect(try Self.send(Self.replace("192.0.2.9", Self.other), &draft) == .nxDomain)
        #expect(try Self.send(Self.add("192.0.2.9", Self.other), &draft) == .noError)
    }

    @Test func `a name that a person made is not taken`() throws {
        var draft = try ZoneDraft(records: "laptop 300 A 192.0.2.1")
        #expect(try Self.send(Self.add("192.0.2.7", Self.one), &draft) == .yxDomain)
        #expect(try Self.send(Self.replace("192.0.2.7", Self.one), &draft) == .nxRRset)
        #expect(try Self.send(Self.releaseName(Self.one), &draft) == .yxRRset)
        #expect(draft.dataText == ["laptop.example. 300 IN A 192.0.2.1"])
    }

    @Test func `a second address of the client keeps the name`() throws {
        var draft = try ZoneDraft()
        #expect(try Self.send(Self.add("192.0.2.7", Self.one), &draft) == .noError)
        let second = try UpdateScript(
            "yxdomain laptop", "yxrrset laptop DHCID \(Self.one)", "delete laptop AAAA",
            "add laptop 1200 AAAA 2001:db8::7")
        #expect(try Self.send(second, &draft) == .noError)
        #expect(try Self.send(Self.release("192.0.2.7", Self.one), &draft) == .noError)
        #expect(try Self.send(Self.releaseName(Self.one), &draft) == .yxRRset)
        #expect(draft.dataText.count == 2)
    }

    @Test func `reverse names are replaced without a question`() throws {
        var draft = try ZoneDraft()
        #expect(try Self.send(Self.reverse("laptop", Self.one), &draft) == .noError)
        #expect(try Self.send(Self.reverse("phone", Self.other), &draft) == .noError)
        #expect(
            draft.dataText == [
                "7.rev.example. 1200 IN DHCID \(Self.other)", "7.rev.example. 1200 IN PTR phone.example.",
            ])
        let remove = try UpdateScript("yxrrset 7.rev PTR laptop", "delete 7.rev")
        #expect(try Self.send(remove, &draft) == .nxRRset)
        #expect(try Self.send(UpdateScript("yxrrset 7.rev PTR phone", "delete 7.rev"), &draft) == .noError)
        #expect(draft.dataText == [])
    }
}
