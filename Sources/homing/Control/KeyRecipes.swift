import DNSWire
import HomingConfiguration

/// What programs that update or transfer zones have to be told of a key: exactly the lines of their own configuration.
struct KeyRecipes {
    enum Program: String, CaseIterable {
        case nsupdate, bind, kea, certbot, lego, terraform, octodns, all
        case externalDNS = "external-dns"
    }

    var program = Program.all
    var server = SocketAddress(IPAddress(127, 0, 0, 1), port: 5300)
    /// Of the examples.
    var zone: DomainName = "home.arpa."
    var reverseZone: DomainName?

    /// The address that others are told of an own one; of all interfaces, the first of the machine.
    static func reachable(_ texts: [String], _ machine: Machine = .current()) -> SocketAddress? {
        let addresses = texts.compactMap { SocketAddress($0, defaultPort: 53) }
        let known = addresses.first { !$0.address.isLoopback && $0.address.bits != 0 }
        guard let address = known ?? addresses.first(where: { $0.address.bits == 0 }) ?? addresses.first
        else { return nil }
        guard address.address.bits == 0 else { return address }
        let own = machine.addresses.first { $0.family == address.address.family && !$0.isLoopback }
        return SocketAddress(own ?? IPAddress(127, 0, 0, 1), port: address.port)
    }

    // --- The whole ---

    func text(for key: KeyReport) -> String {
        var parts = [heading(key)]
        for program in Program.allCases where self.program == program || self.program == .all {
            if let recipe = recipe(program, key) { parts.append(recipe) }
        }
        return parts.joined(separator: "\n\n")
    }

    /// What it needs here, which is nobody else's to know.
    private func heading(_ key: KeyReport) -> String {
        """
        # The key \(key.name), \(key.algorithm). What it may do is said by zones, in the configuration
        #     update-policy: ["grant \(key.name) zonesub ANY"]
        #     transfer: {keys: \(key.name)}
        # or when it is made:
        #     homing zone create NAME --grant "grant \(key.name) zonesub ANY" --transfer-to \(key.name)
        """
    }

    private func recipe(_ program: Program, _ key: KeyReport) -> String? {
        switch program {
        case .nsupdate: nsupdate(key)
        case .bind: bind(key)
        case .kea: kea(key)
        case .externalDNS: externalDNS(key)
        case .terraform: terraform(key)
        case .certbot: certbot(key)
        case .lego: lego(key)
        case .octodns: octodns(key)
        case .all: nil
        }
    }

    // --- Each ---

    private func nsupdate(_ key: KeyReport) -> String {
        """
        # --- nsupdate, knsupdate ---
        # a file of mode 0600, \(plain(key.name)).key:
        \(file(key))
        # and then:
        nsupdate -k \(plain(key.name)).key <<END
        server \(server.address) \(server.port)
        zone \(zone)
        update add host.\(zone) 60 A 192.0.2.1
        send
        END
        """
    }

    private func bind(_ key: KeyReport) -> String {
        """
        # --- BIND as a secondary, in named.conf ---
        \(file(key))
        zone "\(plain(zone))" {
            type secondary;
            primaries { \(server.address) port \(server.port) key "\(plain(key.name))"; };
            file "\(plain(zone)).db";
        };
        """
    }

    private func kea(_ key: KeyReport) -> String {
        let host = "\"dns-servers\": [{ \"ip-address\": \"\(server.address)\", \"port\": \(server.port) }]"
        func domains(_ zone: DomainName) -> String {
            "{ \"ddns-domains\": [{ \"name\": \"\(zone)\", \"key-name\": \"\(plain(key.name))\", \(host) }] }"
        }
        let reverse = reverseZone.map { ",\n    \"reverse-ddns\": \(domains($0))" } ?? ""
        return """
            # --- Kea, in kea-dhcp-ddns.conf ---
            {
              "DhcpDdns": {
                "ip-address": "127.0.0.1",
                "port": 53001,
                "tsig-keys": [{
                  "name": "\(plain(key.name))",
                  "algorithm": "\(key.algorithm.uppercased())",
                  "secret": "\(secret(key))"
                }],
                "forward-ddns": \(domains(zone))\(reverse)
              }
            }
            # and in kea-dhcp4.conf, inside "Dhcp4":
            #   "dhcp-ddns": { "enable-updates": true },
            #   "ddns-send-updates": true,
            #   "ddns-qualifying-suffix": "\(zone)"
            """
    }

    private func externalDNS(_ key: KeyReport) -> String {
        """
        # --- external-dns, arguments of its container; it also needs transfer: {keys: \(key.name)} ---
        - --provider=rfc2136
        - --rfc2136-host=\(server.address)
        - --rfc2136-port=\(server.port)
        - --rfc2136-zone=\(plain(zone))
        - --rfc2136-tsig-keyname=\(plain(key.name))
        - --rfc2136-tsig-secret=\(secret(key))
        - --rfc2136-tsig-secret-alg=\(key.algorithm)
        - --rfc2136-tsig-axfr
        - --domain-filter=\(plain(zone))
        """
    }

    private func terraform(_ key: KeyReport) -> String {
        """
        # --- Terraform, with the provider hashicorp/dns ---
        provider "dns" {
          update {
            server        = "\(server.address)"
            port          = \(server.port)
            key_name      = "\(key.name)"
            key_algorithm = "\(key.algorithm)"
            key_secret    = "\(secret(key))"
          }
        }

        resource "dns_a_record_set" "host" {
          zone      = "\(zone)"
          name      = "host"
          addresses = ["192.0.2.1"]
          ttl       = 60
        }
        """
    }

    private func certbot(_ key: KeyReport) -> String {
        """
        # --- certbot, with certbot-dns-rfc2136: a file of mode 0600, for --dns-rfc2136-credentials ---
        dns_rfc2136_server = \(server.address)
        dns_rfc2136_port = \(server.port)
        dns_rfc2136_name = \(key.name)
        dns_rfc2136_secret = \(secret(key))
        dns_rfc2136_algorithm = \(key.algorithm.uppercased())
        """
    }

    private func lego(_ key: KeyReport) -> String {
        // It wants algorithms by their names in messages.
        let algorithm = key.algorithm == "hmac-md5" ? "hmac-md5.sig-alg.reg.int." : key.algorithm + "."
        return """
            # --- lego, in its environment, with --dns rfc2136 ---
            RFC2136_NAMESERVER=\(server)
            RFC2136_TSIG_KEY=\(key.name)
            RFC2136_TSIG_ALGORITHM=\(algorithm)
            RFC2136_TSIG_SECRET=\(secret(key))
            """
    }

    private func octodns(_ key: KeyReport) -> String {
        """
        # --- octoDNS, with octodns-bind; it also needs transfer: {keys: \(key.name)} ---
        providers:
          homing:
            class: octodns_bind.Rfc2136Provider
            host: \(server.address)
            port: \(server.port)
            key_name: \(plain(key.name))
            key_secret: \(secret(key))
            key_algorithm: \(key.algorithm)
        """
    }

    // --- Words ---

    /// Without the final dot.
    private func plain(_ name: DomainName) -> String {
        name.isRoot ? "." : String("\(name)".dropLast())
    }

    private func secret(_ key: KeyReport) -> String { key.secret ?? "" }

    private func file(_ key: KeyReport) -> String {
        """
        key "\(plain(key.name))" {
            algorithm \(key.algorithm);
            secret "\(secret(key))";
        };
        """
    }
}
