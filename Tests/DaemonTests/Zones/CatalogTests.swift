import DNSTransport
import DNSWire
import DNSZones
import HomingConfiguration
import Testing
import ZoneStore

@testable import homing

/// Catalogs of zones, from one daemon to another.
@Suite struct CatalogTests {
    private static let catalog: DomainName = "catalog.invalid."

    private func primary(notify: SocketAddress? = nil, _ more: String = "") -> (TestDirectory) -> String {
        { _ in
            """
            zones:
              - name: catalog.invalid
                catalog: producer
                transfer: {networks: 127.0.0.0/8}
                notify: [\(notify.map { "\"\($0)\"" } ?? "")]
              - {name: one.example, transfer: {networks: 127.0.0.0/8}}
              - {name: two.example, transfer: {networks: 127.0.0.0/8}, update-policy: ["grant mover. zonesub ANY"]}
            \(more)
            """
        }
    }

    private func consumer(_ primary: ZonesHouse, _ options: String = "consumer", _ more: String = "")
        -> String
    {
        """
        zones:
          - {name: catalog.invalid, primaries: "\(primary.address)", catalog: \(options)}
        \(more)
        """
    }

    private func names(_ house: ZonesHouse) throws -> [DomainName] {
        try house.store.directory.table.zones.map(\.apex)
    }

    /// A primary with a catalog, and who follows it and is told of changes.
    private func pair(_ more: String = "") throws -> (primary: ZonesHouse, secondary: ZonesHouse) {
        let primary = try ZonesHouse(zones: primary())
        let secondary = try ZonesHouse(zones: { _ in consumer(primary, "consumer", more) })
        #expect(try primary.reload(self.primary(notify: secondary.address)(primary.directory)))
        return (primary, secondary)
    }

    private func listed(_ house: ZonesHouse) throws -> [DomainName] {
        guard let version = try house.version(of: Self.catalog) else { return [] }
        return try CatalogZone.members(of: version).get().map(\.name).sorted()
    }

    // --- Made here ---

    @Test func `a catalog lists the primary zones, as they come and go`() throws {
        let house = try ZonesHouse(zones: primary())
        try wait { (try? listed(house)) == ["one.example.", "two.example."] }
        let version = try #require(try house.version(of: Self.catalog))
        #expect(version.tree.rrset(Self.catalog, .ns)?.rdatas == [.name("invalid.")])
        let administration = try house.administration
        try administration.createZone(ZoneCreation(settings: "{name: three.example}"), [])
        try wait { try listed(house).contains("three.example.") }
        try administration.deleteZone("three.example.")
        try wait { try listed(house) == ["one.example.", "two.example."] }
        // A secondary zone is somebody else's to list.
        try administration.createZone(
            ZoneCreation(settings: "{name: four.example, primaries: 127.0.0.9}"), [])
        #expect(try house.reload(primary(nil, "  - name: five.example\n")(house.directory)))
        try wait { try listed(house).contains("five.example.") }
        #expect(try listed(house) == ["five.example.", "one.example.", "two.example."])
    }

    private func primary(_ notify: SocketAddress?, _ more: String) -> (TestDirectory) -> String {
        primary(notify: notify, more)
    }

    @Test func `it lists what it is told to, as far as that is held`() throws {
        let zones = """
            zones:
              - {name: catalog.invalid, catalog: {kind: producer, zones: [two.example, none.example, far.example]}}
              - {name: one.example}
              - {name: two.example}
              - {name: far.example, primaries: 127.0.0.9}

            """
        let house = try ZonesHouse(zones: { _ in zones })
        try wait { (try? listed(house)) == ["far.example.", "two.example."] }
    }

    // --- Followed ---

    @Test func `zones come and go with the catalog that lists them`() throws {
        let (primary, secondary) = try pair()
        try wait { try names(secondary) == ["one.example.", "two.example.", Self.catalog] }
        try secondary.waitForVersion(of: "one.example.", in: primary)
        let report = try secondary.administration.zones().map { "\($0.name) \($0.origin) \($0.role)" }
        #expect(
            report == [
                "one.example. catalog secondary", "two.example. catalog secondary",
                "catalog.invalid. configuration secondary",
            ])
        // More of them, one less.
        let administration = try primary.administration
        let creation = ZoneCreation(settings: "{name: three.example, transfer: {networks: 127.0.0.0/8}}")
        try administration.createZone(creation, [])
        try wait { try secondary.version(of: "three.example.") != nil }
        try administration.deleteZone("three.example.")
        try wait { try names(secondary) == ["one.example.", "two.example.", Self.catalog] }
    }

    @Test func `a zone that was made anew is begun anew`() throws {
        let (primary, secondary) = try pair()
        let administration = try primary.administration
        let creation = ZoneCreation(settings: "{name: three.example, transfer: {networks: 127.0.0.0/8}}")
        try administration.createZone(
            creation, Array("@ SOA ns.other. b 100 60 60 600 60\n@ NS ns.other.\n".utf8))
        try wait { try secondary.version(of: "three.example.")?.serial.rawValue == 100 }
        try administration.deleteZone("three.example.")
        // Its serial is older, so that no secondary would take it for a newer version.
        try administration.createZone(
            creation, Array("@ SOA ns.other. b 7 60 60 600 60\n@ NS ns.other.\n".utf8))
        try wait { try secondary.version(of: "three.example.")?.serial.rawValue == 7 }
    }

    @Test func `zones of the catalog are treated as it says, and what it says may change`() throws {
        let primary = try ZonesHouse(zones: primary())
        let options = "{kind: consumer, members: {transfer: {keys: mover}, notify: 127.0.0.9}}"
        let secondary = try ZonesHouse(zones: { _ in consumer(primary, options) })
        func settings() throws -> ZoneSettings? {
            try secondary.store.directory.table.zone(at: "one.example.")?.settings
        }
        try wait { try settings()?.transferAccess.keys == ["mover."] }
        #expect(try settings()?.notified.map(\.address.port) == [53])
        #expect(try settings()?.role == .secondary([PrimaryServer(address: primary.address)]))
        let other = "{kind: consumer, primaries: 127.0.0.8}"
        #expect(try secondary.reload(consumer(primary, other)))
        try wait { try settings()?.transferAccess.keys.isEmpty == true }
        let address = SocketAddress(IPAddress(127, 0, 0, 8), port: 53)
        #expect(try settings()?.role == .secondary([PrimaryServer(address: address)]))
    }

    @Test func `what a catalog brought outlasts a restart, and goes when it is not followed any more`() throws
    {
        let primary = try ZonesHouse(zones: primary())
        let directory = try TestDirectory()
        let zones = consumer(primary)
        do {
            let secondary = try ZonesHouse(zones: { _ in zones }, directory: directory)
            try secondary.waitForVersion(of: "one.example.", in: primary)
            secondary.daemon.stop()
        }
        primary.daemon.stop()
        let secondary = try ZonesHouse(zones: { _ in zones }, directory: directory)
        #expect(try secondary.version(of: "one.example.") != nil)
        #expect(try names(secondary) == ["one.example.", "two.example.", Self.catalog])
        // A plain secondary zone from now on.
        #expect(
            try secondary.reload(
                "zones:\n  - {name: catalog.invalid, primaries: \"\(primary.address)\"}\n"))
        try wait { try names(secondary) == [Self.catalog] }
        #expect(secondary.log.contains("catalog catalog.invalid. is not followed any more"))
    }

    @Test func `what is held for another reason stays, and that is said`() throws {
        let (primary, secondary) = try pair("  - {name: two.example}\n")
        try secondary.waitForVersion(of: "one.example.", in: primary)
        try wait { secondary.log.contains("zones that are held for another reason stay so: two.example.") }
        let own = try secondary.administration.zone("two.example.").summary
        #expect(own.role == .primary && own.origin == .configuration)
    }

    @Test func `so do names that others are asked for`() throws {
        let routes =
            "forward-zones: [{suffix: ., servers: UPSTREAM}, {suffix: two.example, servers: UPSTREAM}]\n"
        let (primary, secondary) = try pair(routes)
        try secondary.waitForVersion(of: "one.example.", in: primary)
        try wait { secondary.log.contains("stay so: two.example.") }
        #expect(try names(secondary) == ["one.example.", Self.catalog])
    }

    @Test func `a broken catalog changes nothing`() throws {
        let catalog =
            "zones:\n  - {name: catalog.invalid, transfer: {networks: 127.0.0.0/8}, "
            + "update-policy: [\"grant mover. zonesub ANY\"]}\n"
        let primary = try ZonesHouse(zones: { _ in catalog })
        func add(_ text: String) throws -> UpdateOperation { try UpdateOperation.add(text) }
        #expect(
            try primary.update(
                of: Self.catalog,
                [
                    add("version.catalog.invalid. 0 IN TXT \"2\""),
                    add("x.zones.catalog.invalid. 0 IN PTR one.example."),
                ]
            ).responseCode == .noError)
        let secondary = try ZonesHouse(zones: { _ in consumer(primary) })
        #expect(
            try primary.reload(catalog.replacing("{name", with: "{notify: \"\(secondary.address)\", name")))
        try wait { try names(secondary).contains("one.example.") }
        // Two members under one label, and one more zone.
        #expect(
            try primary.update(
                of: Self.catalog,
                [
                    add("x.zones.catalog.invalid. 0 IN PTR two.example."),
                    add("y.zones.catalog.invalid. 0 IN PTR three.example."),
                ]
            ).responseCode == .noError)
        try wait { secondary.log.contains("is broken, and the one before stays in force") }
        #expect(try names(secondary) == ["one.example.", Self.catalog])
        #expect(
            try primary.update(
                of: Self.catalog,
                [.deleteRRset("x.zones.catalog.invalid.", .ptr)]
            ).responseCode == .noError)
        try wait { try names(secondary) == ["three.example.", Self.catalog] }
    }
}

extension ZonesHouse {
    var administration: StoreAdministration {
        get throws {
            StoreAdministration(
                try store, in: DaemonSurroundings(daemon: daemon, zones: daemon.zones))
        }
    }
}

@Suite struct CatalogMarkTests {
    @Test func `a mark is read as it was written, and zones without have none`() throws {
        let label = Array("weird#label \u{1}".utf8)
        let member = CatalogMember(label: label, name: "a.example.")
        let mark = CatalogMark(member, of: "Catalog.Invalid.")
        var zone = ConfiguredZone(name: "a.example.")
        zone.options.notify = [NotifyTarget(address: SocketAddress(IPAddress(127, 0, 0, 1), port: 53))]
        let text = mark.text(marking: zone.text())
        let read = try #require(CatalogMark(settingsText: text))
        #expect(read.catalog == "catalog.invalid." && read.label == member.label)
        #expect(CatalogMark(settingsText: zone.text()) == nil)
        // Who reads the settings does not see it.
        #expect(try ConfiguredZone.parse(text) == zone)
    }
}
