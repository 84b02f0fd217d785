import DNSWire
import DNSZones
import Foundation
import HomingConfiguration
import Testing
import ZoneStore

@testable import homing

/// What an operator can do with zones and keys, on a store.
@Suite struct AdministrationTests {
    static let file = """
        $TTL 300
        @ SOA ns hostmaster 7 3600 600 86400 60
        @ NS ns
        ns A 192.0.2.53
        www A 192.0.2.1
        www A 192.0.2.2

        """

    private func fault(_ body: () throws -> Void) -> AdministrationFault? {
        #expect(throws: AdministrationFault.self) { try body() }
    }

    // --- Zones that come and go ---

    @Test func emptyZonesHaveWhatEveryZoneHas() throws {
        let house = try TestStore()
        try house.create("{name: lab.example, name-servers: [ns1.example, ns2.example], serial: unixtime}")
        #expect(
            try house.export("lab.example.") == """
                $ORIGIN lab.example.
                $TTL 3600
                @                       SOA ns1.example. hostmaster (
                                            1800000000 ; serial
                                            3600       ; refresh
                                            600        ; retry
                                            1209600    ; expire
                                            60         ; negative TTL
                                        )
                                        NS ns1.example.
                                        NS ns2.example.

                """)
        let zones = try house.administration.zones()
        #expect(
            zones == [
                ZoneSummary(
                    name: "lab.example.", role: .primary, origin: .command, serial: 1_800_000_000,
                    rrsetCount: 2,
                    recordCount: 3)
            ])
        #expect(house.surroundings.news == ["zones"])
        try house.administration.deleteZone("LAB.example.")
        #expect(try house.administration.zones().isEmpty)
        #expect(house.surroundings.news == ["zones", "zones"])
    }

    @Test func zonesOfAFile() throws {
        let house = try TestStore()
        try house.create("{name: a.example}", Self.file)
        let report = try house.administration.zone("a.example.")
        #expect(
            report.summary.serial == 7 && report.summary.recordCount == 5 && report.summary.rrsetCount == 4)
        #expect(report.soa == "ns.a.example. hostmaster.a.example. 7 3600 600 86400 60")
        #expect(report.lines.first == "a.example.")
    }

    @Test func settingsOutlastARestart() throws {
        let directory = try TestDirectory()
        let settings =
            "{name: a.example, update-policy: grant k. zonesub A, notify: 192.0.2.1, transfer: {keys: k}}"
        do {
            let house = try TestStore(in: directory)
            try house.create(settings)
            house.store.close()
        }
        let house = try TestStore(in: directory)
        let zone = try #require(house.store.directory.table.zone(at: "a.example."))
        #expect(zone.settings.updatePolicy.rules.map(\.description) == ["grant k. zonesub A"])
        #expect(zone.settings.notified.count == 1 && zone.settings.transferAccess.keys == ["k."])
        #expect(try house.administration.zone("a.example.").updatePolicy == ["grant k. zonesub A"])
    }

    @Test func defaultsOfTheConfiguration() throws {
        let house = try TestStore("zone-defaults: {update-policy: grant k. zonesub ANY, serial: date}")
        try house.create("{name: a.example, serial: increment}")
        try house.create("{name: b.example}")
        #expect(try house.administration.zone("a.example.").updatePolicy == ["grant k. zonesub ANY"])
        #expect(try house.administration.zone("b.example.").summary.serial == 2_027_011_500)
    }

    @Test func secondariesBeginWithoutData() throws {
        let house = try TestStore()
        try house.create("{name: a.example, primaries: 192.0.2.1}")
        #expect(try house.administration.zones().map(\.role) == [.secondary])
        #expect(try house.administration.zones()[0].serial == nil)
        #expect(
            fault { _ = try house.export("a.example.") }
                == .failure("a.example. has no data: it was not transferred yet, or has expired"))
        #expect(
            fault { _ = try house.importZone("a.example.", Self.file) }
                == .mistake("a.example. has primaries, and is as they have it"))
    }

    @Test func whatCannotBeMade() throws {
        let house = try TestStore(
            """
            hosts: {nas.c.example: 10.0.0.1}
            forward-zones: [{suffix: b.example, servers: 192.0.2.1}]
            """)
        try house.create("{name: a.example}")
        #expect(
            fault { try house.create("{name: A.example}") } == .mistake("A.example. is held here already"))
        #expect(
            fault { try house.create("{name: b.example}") }
                == .mistake(
                    "others are asked for b.example., by forward-zones or stub-zones of the configuration"))
        #expect(
            fault { try house.create("{name: c.example}") }?.lines[0].hasPrefix("nas.c.example. is inside")
                == true)
        #expect(
            fault { try house.create("{name: d..example, notfy: a}") }?.lines == [
                "zone.name: \"d..example\" is no domain name: a label is empty",
                "zone.notfy: unknown key; did you mean \"notify\"?",
            ])
        #expect(
            fault { try house.create("{name: d.example, primaries: 192.0.2.1}", Self.file) }
                == .mistake("a zone with primaries is as they have it: it begins without a file"))
        #expect(
            fault { try house.create("{name: d.example}", "@ 60 NS ns.example.\n") }
                == .mistake("the zone's text: error: no SOA record at the apex d.example."))
        #expect(try house.administration.zones().count == 1)
    }

    @Test func zonesThatAreNotThere() throws {
        let house = try TestStore()
        try house.create("{name: a.example}")
        #expect(fault { _ = try house.export("b.example.") } == .mistake("there is no zone b.example. here"))
        #expect(
            fault { _ = try house.administration.zone("x.y.a.example.") }
                == .mistake("there is no zone x.y.a.example. here; it is inside the zone a.example."))
        #expect(fault { try house.administration.deleteZone("b.example.") }?.kind == .mistake)
    }

    @Test func emptyZonesAreGoodFiles() throws {
        let house = try TestStore()
        try house.create("{name: a.example}")
        let text = try house.export("a.example.")
        #expect(try house.importZone("a.example.", text).difference.isEmpty)
        try house.create("{name: b.example}", text.replacing("a.example", with: "b.example"))
    }

    // --- Imports ---

    @Test func importsAreOneChange() throws {
        let house = try TestStore()
        try house.create("{name: a.example}", Self.file)
        let text =
            Self.file.replacing("192.0.2.2", with: "192.0.2.3").replacing(" 7 ", with: " 3 ")
            + "new 60 TXT hi\n"
        let trial = try house.importZone("a.example.", text, isTrial: true)
        #expect(try house.administration.zone("a.example.").summary.serial == 7)
        let (difference, lines) = try house.importZone("a.example.", text)
        #expect(trial.difference == difference && trial.lines == lines)
        #expect(difference == ZoneDifference(oldSerial: 7, newSerial: 8, removedCount: 1, addedCount: 2))
        #expect(
            lines == """
                + new.a.example. 60 IN TXT "hi"
                - www.a.example. 300 IN A 192.0.2.2
                + www.a.example. 300 IN A 192.0.2.3

                """)
        #expect(try house.administration.zone("a.example.").journal?.changeCount == 1)
        #expect(try house.importZone("a.example.", text).difference.isEmpty)
        #expect(try house.importZone("a.example.", try house.export("a.example.")).difference.isEmpty)
    }

    @Test func newerSerialsOfAFileCount() throws {
        let house = try TestStore()
        try house.create("{name: a.example}", Self.file)
        let (difference, lines) = try house.importZone(
            "a.example.", Self.file.replacing(" 7 ", with: " 100 "))
        #expect(difference == ZoneDifference(oldSerial: 7, newSerial: 100, removedCount: 0, addedCount: 0))
        #expect(lines.isEmpty && !difference.isEmpty)
        let (other, soa) = try house.importZone("a.example.", Self.file.replacing("86400", with: "86401"))
        #expect(other.newSerial == 101 && other.addedCount == 1)
        #expect(soa.contains("+ a.example. 300 IN SOA"))
    }

    @Test func filesThatAreNone() throws {
        let house = try TestStore()
        try house.create("{name: a.example}", Self.file)
        for text in [
            "", "www A 192.0.2.1\n", Self.file + "www A 192.0.2\n", Self.file + "@ SOA ns h 1 1 1 1 1\n",
        ] {
            #expect(fault { _ = try house.importZone("a.example.", text) }?.kind == .mistake, "\(text)")
        }
        #expect(try house.administration.zone("a.example.").summary.serial == 7)
    }

    // --- Keys ---

    @Test func keysOfAllKinds() throws {
        let directory = try TestDirectory()
        let house = try TestStore("keys: [{name: given, secret: c2VjcmV0}]", in: directory)
        _ = try FirstKey(directory: directory.path).make()
        let made = try house.administration.createKey(KeyCreation(name: "Made.", algorithm: "HMAC-SHA512"))
        #expect(made.algorithm == "hmac-sha512" && made.secret?.utf8.count == 88)
        let keys = try house.administration.keys(withSecrets: true)
        #expect(keys.map(\.name) == ["given.", "homing-update.", "made."])
        #expect(keys.map(\.origin) == [.configuration, .firstStart, .command])
        #expect(keys[0].secret == "c2VjcmV0" && keys[2].secret == made.secret)
        #expect(try house.administration.keys(withSecrets: false).allSatisfy { $0.secret == nil })
        #expect(house.surroundings.news == ["keys"])
        #expect(
            fault {
                _ = try house.administration.createKey(KeyCreation(name: "given.", algorithm: "hmac-sha1"))
            }
                == .mistake("there is a key given. already, in the configuration"))
        #expect(
            fault { _ = try house.administration.createKey(KeyCreation(name: "x.", algorithm: "sha256")) }?
                .kind
                == .mistake)
        #expect(fault { try house.administration.removeKey("homing-update.") }?.kind == .mistake)
        try house.administration.removeKey("made.")
        #expect(
            fault { try house.administration.removeKey("made.") } == .mistake("there is no key made. here"))
        #expect(try house.administration.keys(withSecrets: false).count == 2)
    }

    // --- Rights ---

    private func explain(
        _ house: TestStore, _ key: DomainName?, _ name: DomainName, _ type: String, zone: DomainName? = nil,
        from address: String = "192.0.2.7", isStream: Bool = false
    ) throws -> UpdateVerdict {
        try house.administration.explain(
            UpdateInquiry(zone: zone, key: key, address: address, isStream: isStream, name: name, type: type))
    }

    @Test func updatesAreExplained() throws {
        let house = try TestStore("keys: [{name: dhcp, secret: c2VjcmV0}]")
        try house.create(
            "{name: a.example, update-policy: [grant dhcp. zonesub A PTR(1), deny * name www.a.example.]}")
        let granted = try explain(house, "dhcp.", "x.a.example.", "A")
        #expect(granted.isGranted && granted.remarks.isEmpty)
        #expect(granted.reason == "granted by rule 1: grant dhcp. zonesub A PTR(1)")
        #expect(
            try explain(house, "dhcp.", "x.a.example.", "PTR").remarks == [
                "an RRset of this type may have 1 record"
            ])
        let refused = try explain(house, nil, "www.a.example.", "TXT")
        #expect(!refused.isGranted && refused.reason == "denied by rule 2: deny * name www.a.example.")
        #expect(try explain(house, "dhcp.", "x.a.example.", "MX").reason == "no rule grants it")
        #expect(try explain(house, "other.", "x.a.example.", "A").remarks.count == 1)
    }

    @Test func whatCannotBeExplained() throws {
        let house = try TestStore()
        try house.create("{name: a.example}")
        #expect(
            fault { _ = try explain(house, nil, "b.example.", "A") }
                == .mistake("b.example. is in none of the zones here"))
        #expect(
            fault { _ = try explain(house, nil, "b.example.", "A", zone: "a.example.") }
                == .mistake("b.example. is not in the zone a.example. (NOTZONE)"))
        #expect(
            fault { _ = try explain(house, nil, "a.example.", "ANY") }
                == .mistake("ANY is no type of records"))
        #expect(fault { _ = try explain(house, nil, "a.example.", "A", from: "here") }?.kind == .mistake)
    }

    @Test func updatesOfASecondary() throws {
        let house = try TestStore()
        try house.create("{name: a.example, primaries: 192.0.2.1}")
        try house.create("{name: b.example, primaries: 192.0.2.1, forward-updates: yes}")
        #expect(try !explain(house, nil, "x.a.example.", "A").isGranted)
        #expect(try explain(house, nil, "x.b.example.", "A").isGranted)
    }
}
