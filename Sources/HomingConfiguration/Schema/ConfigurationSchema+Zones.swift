import DNSCrypto
import DNSWire
import DNSZones

// --- Keys ---

extension ConfigurationSchema {
    static let keys = Setting<Configuration>(
        "keys", \.keys,
        .records("keys", blank: ConfiguredKey(name: .root), essence: "name and a secret", key),
        example: """
            keys:
              - name: secondary.example
                algorithm: hmac-sha512
                secret-file: /etc/homing/secondary.secret
              - name: dhcp
                file: /etc/kea/dhcp.key
            """,
        """
        Keys that transactions are signed with (TSIG, RFC 8945): updates, transfers and notifications. "homing key create" \
        makes others, which need not stand here.
        """)

    private static let key: [Setting<ConfiguredKey>] = [
        Setting(
            "name", \.name, .domainName, required: true,
            "Its name, by which both sides know it; who has the key is who it says."),
        Setting(
            "algorithm", \.algorithm, .choice,
            "How it signs. hmac-md5 is for clients that know nothing better."),
        Setting(
            "secret", \.secret, .optional(.secret),
            "The secret itself; whoever can read this file can then sign with it."),
        Setting("secret-file", \.secretFile, .optional(.path), "A file that holds the secret in base64."),
        Setting(
            "file", \.file, .optional(.path),
            """
            A file in the form of BIND's tsig-keygen, with a key of this name, its algorithm and its secret. One of secret, \
            secret-file and file must be given.
            """),
    ]
}

// --- Zones ---

extension ConfigurationSchema {
    static let zones = Setting<Configuration>(
        "zones", \.zones, .records("zones", blank: ConfiguredZone(name: .root), essence: "name", zone),
        example: """
            zones:
              - name: home.arpa
                update-policy:
                  - grant homing-update. zonesub ANY
                  - grant dhcp. zonesub A AAAA DHCID
                transfer: {keys: secondary.example}
                notify: 192.168.1.3
              - name: corp.example
                primaries:
                  - {address: "tls://ns1.corp.example", bootstrap: 10.0.0.53, key: secondary.example}
            """,
        """
        Zones that Homing is authoritative for. What they hold is in process.state-directory, and changes by UPDATE (RFC 2136), \
        by transfer from a primary, or by "homing zone". A zone that is taken out of here is not served any more, and what it \
        held is kept. The default zones may be changed with the key in update.key of that directory, and give way to \
        forward-zones, stub-zones and special-names of their names, and to hosts with names or addresses in them; [] is no \
        zone at all.
        """)

    static let zone: [Setting<ConfiguredZone>] =
        [
            Setting("name", \.name, .domainName, required: true, "The zone's name, its apex."),
            Setting(
                "file", \.file, .optional(.path),
                """
                The master file that it begins with; what changes there later, "homing zone import" takes over. null begins \
                with SOA and NS records.
                """),
            Setting(
                "primaries", \.primaries, primaries,
                "Where it is transferred from, which makes it a secondary zone; the first that answers is asked."
            ),
            Setting(
                "catalog", \.catalog, .optional(.catalog), "What it is as a catalog of zones (RFC 9432)."),
        ] + options.map { Setting($0, within: \.options) }

    static let zoneDefaults = Setting<Configuration>(
        section: "zone-defaults",
        "How zones are treated that \"homing zone create\" or a catalog makes, unless these say otherwise.",
        options.map { Setting($0, within: \.zoneDefaults) })

    private static let primaries = Kind<[ConfiguredPrimary]>.list(
        "servers, each an address, tls:// with an address or a name, or keys with address", of: .primary)
}

extension Kind where Value == ConfiguredCatalog {
    static let catalog = abbreviable(
        Setting(
            "kind", \.kind, .choice, required: true,
            """
            "producer" makes it from the zones here; "consumer" holds the zones that it lists, as secondary zones.
            """),
        \.kind, .choice, blank: ConfiguredCatalog(.producer),
        [
            Setting(
                "zones", \.zones, .list("domain names", of: .domainName),
                "Producer: the zones that it lists; [] is every zone that is at home here."),
            Setting(
                "primaries", \.primaries, .list("servers, as in primaries", of: .primary).undescribed,
                "Consumer: where its zones are transferred from; [] is where it comes from itself."),
            Setting(
                "members", \.members, .optional(.zoneOptions).undescribed,
                "Consumer: how its zones are treated, in the keys of zone-defaults, which null takes."),
        ])
}

// --- What can be chosen for any zone ---

extension ConfigurationSchema {
    static let options: [Setting<ZoneOptions>] = [
        Setting(
            "name-servers", \.nameServers, .list("host names", of: .hostName),
            """
            The servers in the NS records of a zone that begins without a file; the first is the primary in its SOA. [] \
            is localhost, which stands for whoever was asked.
            """),
        Setting(
            "serial", \.serial, .choice,
            """
            How the serial moves on with a change: by one, to the date (YYYYMMDD00) or to the seconds since 1970; by one \
            where that is not newer.
            """),
        Setting(
            "update-policy", \.updatePolicy, .list("rules", of: .updateRule),
            """
            Who may change what, in rules that are nearly those of BIND: grant or deny, who (a key, *, a network as in \
            @10.0.0.0/8, or key@network), what (name N, subdomain N, wildcard *.N, zonesub, self, selfsub, selfwild, tcp-self \
            or 6to4-self), and record types, PTR(1) with a limit, or ANY. The first rule that fits decides; where none does, \
            nobody may.
            """),
        Setting(
            "query-networks", \.queryNetworks, .list("networks", of: .network),
            """
            Who may ask for its names, beside the clients that access.allow lets use the resolver: [0.0.0.0/0, "::/0"] for a \
            zone that all the world may ask for.
            """),
        Setting(
            "transfer", \.transfer, .record(blank: ZoneTransferAccess(), transfer),
            "Who may have all of it (AXFR and IXFR)."),
        Setting(
            "notify", \.notify,
            .list("addresses with or without a port, or keys with address", of: .notifyTarget),
            "Who is told of changes (RFC 1996)."),
        Setting(
            "forward-updates", \.forwardUpdates, .bool,
            "Whether a secondary zone passes updates on to its primary, which judges them."),
        Setting(
            "journal", \.journal, .record(blank: JournalBounds(), journal),
            "How many changes are remembered for IXFR; who was away for longer gets all of the zone."),
        Setting(
            "lease", \.lease, .record(blank: LeaseLengths(), lease),
            "How long records last that come with a lease (RFC 9664)."),
    ]

    private static let transfer: [Setting<ZoneTransferAccess>] = [
        Setting("keys", \.keys, .list("names of keys", of: .domainName), "Keys whose holders may."),
        Setting("networks", \.networks, .list("networks", of: .network), "Clients that may without a key."),
        Setting("require-tls", \.requireTLS, .bool, "Whether only over TLS (RFC 9103)."),
    ]

    private static let journal: [Setting<JournalBounds>] = [
        Setting("size", \.size, .size(64 << 10...16 << 30), "For each zone."),
        Setting("age", \.age, .duration(.seconds(60) ... .seconds(3650 * 86_400)), "Since the change."),
    ]

    private static let lease: [Setting<LeaseLengths>] = [
        Setting(
            "minimum", \.minimum, .duration(.seconds(30) ... .seconds(86_400)),
            "A shorter one is made this long."),
        Setting(
            "maximum", \.maximum, .duration(.seconds(30) ... .seconds(365 * 86_400)),
            "A longer one is made this short."),
        Setting(
            "key-maximum", \.keyMaximum, .duration(.seconds(30) ... .seconds(365 * 86_400)),
            "The same for KEY records, which keep a name for its owner."),
    ]
}

extension Kind where Value == ZoneOptions {
    static let zoneOptions = record(blank: ZoneOptions(), ConfigurationSchema.options)
}
