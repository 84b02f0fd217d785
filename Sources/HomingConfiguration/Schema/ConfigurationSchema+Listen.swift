import DNSWire

/// Where clients are listened to, and how they are encrypted.
extension ConfigurationSchema {
    static let listen = Setting<Configuration>(
        section: "listen", "Where clients are listened to.",
        [
            Setting(
                "addresses", \.listen.addresses,
                .list("addresses with or without a port", of: .socketAddress, minimum: 1),
                """
                The addresses to listen on, over UDP and TCP. 0.0.0.0 and "::" mean every interface; without \
                a port, 53 is meant. An IPv6 address needs quotes.
                """),
            Setting(
                "tls", \.listen.tls,
                .list("addresses with or without a port", of: .socketAddress(defaultPort: 853)),
                example: """
                    listen:
                      tls: [0.0.0.0, "::"]
                    """,
                "The addresses for DNS over TLS, such as Android's private DNS. Without a port, 853 is meant."
            ),
            Setting(
                "https", \.listen.https,
                .list("addresses with or without a port", of: .socketAddress(defaultPort: 443)),
                "The addresses for DNS over HTTPS, such as browsers use. Without a port, 443 is meant."),
            Setting(
                "http", \.listen.http,
                .list("addresses with or without a port", of: .socketAddress(defaultPort: 80)),
                """
                The addresses for DNS over HTTP without encryption, for a reverse proxy on this machine that has \
                it. Without a port, 80 is meant.
                """),
            Setting(
                "http-from-anywhere", \.listen.httpFromAnywhere, .bool,
                """
                Whether addresses under "http" may be others than loopback, where queries can be read on their way.
                """),
            Setting(
                "proxy-protocol", \.listen.proxyProtocol, .list("networks", of: .network),
                """
                Networks from which every connection has to begin with the client's address in the PROXY \
                protocol, version 2: those of load balancers that speak it.
                """),
        ])

    static let tls = Setting<Configuration>(
        section: "tls",
        """
        How this resolver proves who it is to clients over TLS and HTTPS. Files that change are read again \
        within a minute.
        """,
        [
            Setting(
                "certificates", \.tls.certificates,
                .records(
                    "certificates", blank: CertificateFiles(chain: "", key: ""),
                    [
                        Setting(
                            "chain", \.chain, .path, required: true,
                            "A file with the certificate in PEM form, followed by those of its issuers."),
                        Setting(
                            "key", \.key, .path, required: true,
                            "A file with its private key in PEM form, not encrypted."),
                    ]),
                example: """
                    tls:
                      certificates:
                        - chain: /etc/homing/fullchain.pem
                          key: /etc/homing/privkey.pem
                    """,
                """
                Of several, the one for the name that a client asks for is shown, the first where it asks for none \
                of them. process.user must be able to read the files. Without any, Homing makes itself an authority \
                and a certificate in process.state-directory; "homing certificate" says how clients can trust it.
                """),
            Setting(
                "names", \.tls.names, .list("host names", of: .ownName),
                example: """
                    tls:
                      names: dns.home.example
                    """,
                """
                The names of this resolver: what its own certificate is for, and what clients are told. [] is the \
                name of the machine.
                """),
            Setting(
                "addresses", \.tls.addresses, .list("addresses", of: .address),
                """
                The addresses by which clients reach this resolver, for the same purposes. [] means those that it \
                listens on.
                """),
        ])

    static let https = Setting<Configuration>(
        section: "https", "DNS over HTTPS, under listen.https and listen.http.",
        [
            Setting("path", \.https.path, .pathOfURL, "The path of the URL that clients ask."),
            Setting(
                "trusted-proxies", \.https.trustedProxies, .list("networks", of: .network),
                """
                Networks of reverse proxies: what they say of the client's address, with Forwarded or \
                X-Forwarded-For, is believed.
                """),
        ])

    static let discovery = Setting<Configuration>(
        section: "discovery", "How clients in cleartext learn that they can be encrypted.",
        [
            Setting(
                "ddr", \.discovery.ddr, .bool,
                """
                Whether questions for _dns.resolver.arpa are answered with what is under listen.tls and \
                listen.https (RFC 9462).
                """)
        ])
}
