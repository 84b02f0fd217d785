import Certificates
import DNSCrypto
import DNSTransport
import DNSWire
import DNSZones
import Testing
import ZoneStore

@testable import homing

/// Two daemons, one of which has its zones from the other.
@Suite struct FollowingTests {
    private static let apex = LabZone.apex

    // --- The two ---

    private static func zones(of primary: ZonesHouse, notify: [SocketAddress]) -> String {
        let targets = notify.map { "{address: \"\($0)\", key: mover}" }.joined(separator: ", ")
        return LabZone.configuration(primary.directory).replacing(
            "    transfer: {keys: [mover, reader]}",
            with: "    transfer: {keys: [mover, reader]}\n    notify: [\(targets)]")
    }

    /// - Parameter primary: as an item of `primaries`.
    private static func secondary(
        of primary: String, _ options: String = "", _ yaml: String = "", directory: TestDirectory? = nil
    ) throws -> ZonesHouse {
        try ZonesHouse(
            yaml,
            zones: { _ in
                "zones:\n  - {name: lab.example, primaries: [\(primary)]\(options)}\n"
            }, directory: directory)
    }

    private func secondary(of primary: ZonesHouse, _ options: String = "") throws -> ZonesHouse {
        let house = try Self.secondary(of: "{address: \"\(primary.address)\", key: mover}", options)
        #expect(try primary.reload(Self.zones(of: primary, notify: [house.address])))
        return house
    }

    private func change(_ house: ZonesHouse, _ number: Int) throws {
        let text = "n\(number).lab.example. 60 IN A 192.0.2.\(number)"
        #expect(try house.update([try UpdateOperation.add(text)]).responseCode == .noError)
    }

    // --- Transfers ---

    @Test func `a zone comes with all that it has, and its changes at once`() throws {
        let primary = try ZonesHouse()
        let secondary = try secondary(of: primary)
        try secondary.waitForVersion(of: Self.apex, in: primary)
        #expect(try secondary.data("www.lab.example.") == ["192.0.2.80"])
        #expect(secondary.figure("homing_transfers_in_total{result=\"full\"}") == 1)
        for number in 1...5 {
            try change(primary, number)
            // Told by NOTIFY: its refresh interval is an hour.
            try secondary.waitForVersion(of: Self.apex, in: primary)
            #expect(
                try secondary.data(DomainName(stringLiteral: "n\(number).lab.example.")) == [
                    "192.0.2.\(number)"
                ])
        }
        #expect(secondary.figure("homing_transfers_in_total{result=\"full\"}") == 1)
        #expect(secondary.figure("homing_transfers_in_total{result=\"incremental\"}") == 5)
        #expect(secondary.figure("homing_zone_serial{zone=\"lab.example.\"}") == 105)
        #expect((primary.figure("homing_notifies_answered_total") ?? 0) >= 5)
        // Both know how they stand with each other.
        let report = try #require(secondary.daemon.trafficReport?.transfer(of: Self.apex))
        #expect(report.primary == "\(primary.address)" && report.failure == nil && report.expiry != nil)
        let follower = try #require(primary.daemon.trafficReport?.secondaries(of: Self.apex).first)
        #expect(follower.address == "127.0.0.1")
        try wait { primary.daemon.trafficReport?.secondaries(of: Self.apex).first?.lag == 0 }
    }

    @Test func `a large zone comes over TLS, from who proves to be the primary`() throws {
        let primary = try ZonesHouse()
        let port = try primary.doors.address(.tls).port
        let authority = OwnCertificateStore(directory: primary.directory.path).authorityPath
        let address = "{address: \"tls://dns.example:\(port)\", bootstrap: 127.0.0.1, key: mover}"
        let zones = "zones:\n  - {name: large.example, primaries: [\(address)]}\n"
        let strict = try ZonesHouse(zones: { _ in zones })
        try wait { strict.log.contains("the certificate is from nobody that is trusted") }
        #expect(try strict.store.directory.table.zone(at: "large.example.")?.version == nil)
        let secondary = try ZonesHouse("upstream: {authorities: \(authority)}\n", zones: { _ in zones })
        try secondary.waitForVersion(of: "large.example.", in: primary)
        #expect(try secondary.data("h3999.large.example.", .txt) == ["\"number 3999 of many\""])
        #expect(secondary.figure("homing_upstream_exchanges_total{transport=\"tcp\"}") == 0)
    }

    @Test func `without the right key there is no zone, and the log says why`() throws {
        let primary = try ZonesHouse()
        let unsigned = try Self.secondary(of: "\"\(primary.address)\"")
        try wait { unsigned.log.contains("lab.example. is not updated from \(primary.address): REFUSED") }
        let unknown = try Self.secondary(of: "{address: \"\(primary.address)\", key: other}")
        try wait { unknown.log.contains("its key is not known here") }
        #expect(try unsigned.store.directory.table.zone(at: Self.apex)?.version == nil)
        #expect(try unsigned.ask("www.lab.example.").responseCode == .serverFailure)
    }

    @Test func `what was transferred outlasts a restart, and is followed further`() throws {
        let primary = try ZonesHouse()
        let directory = try TestDirectory()
        let address = "{address: \"\(primary.address)\", key: mover}"
        do {
            let secondary = try Self.secondary(of: address, directory: directory)
            try secondary.waitForVersion(of: Self.apex, in: primary)
            secondary.daemon.stop()
        }
        try change(primary, 1)
        let secondary = try Self.secondary(of: address, directory: directory)
        #expect(try secondary.data("www.lab.example.") == ["192.0.2.80"])
        // The first check comes within seconds of the start; a NOTIFY brings it at once.
        #expect(try primary.reload(Self.zones(of: primary, notify: [secondary.address])))
        try secondary.waitForVersion(of: Self.apex, in: primary)
        #expect(secondary.figure("homing_transfers_in_total{result=\"full\"}") == 0)
        #expect(secondary.figure("homing_transfers_in_total{result=\"incremental\"}") == 1)
    }

    @Test func `a secondary is a primary for others`() throws {
        let primary = try ZonesHouse()
        let middle = try secondary(of: primary, ", transfer: {keys: mover}")
        try middle.waitForVersion(of: Self.apex, in: primary)
        let last = try Self.secondary(of: "{address: \"\(middle.address)\", key: mover}")
        try last.waitForVersion(of: Self.apex, in: primary)
        let zones = """
            zones:
              - {name: lab.example, primaries: [{address: "\(primary.address)", key: mover}],
                 transfer: {keys: mover}, notify: "\(last.address)"}

            """
        #expect(try middle.reload(zones))
        try change(primary, 1)
        try last.waitForVersion(of: Self.apex, in: primary)
        #expect(last.figure("homing_transfers_in_total{result=\"incremental\"}") == 1)
    }

    // --- Updates ---

    @Test func `an update of the secondary reaches the primary and comes back`() throws {
        let primary = try ZonesHouse()
        let secondary = try secondary(of: primary, ", forward-updates: yes")
        try secondary.waitForVersion(of: Self.apex, in: primary)
        for (number, transport) in ZonesHouse.Transport.allCases.enumerated() {
            let name = "f\(number).lab.example."
            let operation = try UpdateOperation.add("\(name) 60 IN A 192.0.2.\(number + 1)")
            let owner = DomainName(stringLiteral: name)
            #expect(try secondary.update(over: transport, [operation]).responseCode == .noError)
            #expect(try primary.data(owner) == ["192.0.2.\(number + 1)"])
            try secondary.waitForVersion(of: Self.apex, in: primary)
            #expect(try secondary.data(owner) == ["192.0.2.\(number + 1)"])
            // The primary's judgement is the client's.
            let again = try secondary.update(
                over: transport, [operation], requiring: [.nameNotInUse(owner)])
            #expect(again.responseCode == .yxDomain)
        }
        // A key that only the primary knows.
        let zones = """
            zones:
              - {name: lab.example, primaries: "\(primary.address)", forward-updates: yes}

            """
        #expect(try secondary.reload(zones, keys: ""))
        let operation = try UpdateOperation.add("k.lab.example. 60 IN A 192.0.2.1")
        #expect(try secondary.update([operation]).responseCode == .noError)
        #expect(try primary.data("k.lab.example.") == ["192.0.2.1"])
        // Unsigned, it could be anybody's, and would come from a secondary that the primary may trust.
        #expect(try secondary.update(by: nil, [operation]).responseCode == .refused)
    }

    @Test func `updates for a primary that is gone fail, and that is said`() throws {
        let primary = try ZonesHouse()
        let secondary = try secondary(of: primary, ", forward-updates: yes")
        try secondary.waitForVersion(of: Self.apex, in: primary)
        primary.daemon.stop()
        let operation = try UpdateOperation.add("k.lab.example. 60 IN A 192.0.2.1")
        let answer = try secondary.update([operation])
        #expect(answer.responseCode == .serverFailure)
        #expect(secondary.figure("homing_updates_total{result=\"failed\"}") == 1)
    }
}

extension ZonesHouse {
    var directory: TestDirectory { doors.house.directory }
    var address: SocketAddress { doors.house.address }

    func figure(_ series: String) -> UInt64? { doors.house.figure(series) }

    func version(of apex: DomainName) throws -> ZoneVersion? {
        try store.directory.table.zone(at: apex)?.version
    }

    /// Waits until a zone here is what it is there, record by record.
    func waitForVersion(of apex: DomainName, in primary: ZonesHouse) throws {
        let wanted = try #require(try primary.version(of: apex))
        try wait { try version(of: apex)?.serial == wanted.serial }
        #expect(try version(of: apex)?.allRecords == wanted.allRecords)
    }
}

extension ZoneVersion {
    var allRecords: Set<Record> {
        var cursor = tree.cursor
        var records: Set<Record> = []
        while let rrset = cursor.next() { records.formUnion(rrset.records) }
        return records
    }
}
