import DNSWire

/// Validation and its trust anchors.
extension ConfigurationSchema {
    static let dnssec = Setting<Configuration>(
        section: "dnssec",
        """
        Validation: whether the signatures of DNSSEC are checked, and which keys are believed at its start. A \
        reload applies all of it; new trust anchors empty the cache.
        """,
        [
            Setting(
                "mode", \.dnssec.mode, .choice,
                """
                "validate" gives clients nothing that fails, unless they set CD=1; "off" checks nothing and \
                never sets AD.
                """),
            Setting(
                "trust-anchors", \.dnssec.trustAnchors, .list("absolute paths", of: .path),
                example: """
                    dnssec:
                      trust-anchors: /etc/homing/island.key
                    """,
                """
                Files with DS or DNSKEY records in master-file form, for the root or for zones below it. The \
                root's keys are built in; a file that has records of the root replaces them.
                """),
            Setting(
                "negative-trust-anchors", \.dnssec.negativeTrustAnchors,
                .list("domain names", of: .domainName),
                """
                Names at and below which nothing is validated (RFC 7646), for domains whose signatures are broken. \
                A trust anchor further down still counts.
                """),
            Setting(
                "follow-rollovers", \.dnssec.followRollovers, .bool,
                """
                Whether new keys that a zone with a trust anchor announces are trusted after 30 days, and those that \
                it revokes no more (RFC 5011). What was learned is kept in process.state-directory.
                """),
            Setting(
                "sha1", \.dnssec.sha1, .bool,
                """
                Whether signatures and digests made with SHA-1 count. Without them, zones that have no others are \
                insecure, as if they were not signed.
                """),
            Setting(
                "signature-skew", \.dnssec.signatureSkew, .duration(.seconds(0) ... .seconds(86_400)),
                "By how much the clock here and the one of a signer may differ."),
            Setting(
                "aggressive-nsec", \.dnssec.aggressiveNSEC, .bool,
                """
                Whether the absence of names and types is also told from validated NSEC and NSEC3 records in the \
                cache (RFC 8198).
                """),
            Setting(
                "bogus-ttl", \.dnssec.bogusTTL, .duration(.seconds(1) ... .seconds(60)),
                "How long an answer that fails validation is remembered as such."),
            Setting(
                "signal-anchors", \.dnssec.signalAnchors, .bool,
                """
                Whether the root, and other zones with a trust anchor, are told once a day which of their keys are \
                trusted here (RFC 8145).
                """),
            Setting(
                "sentinel", \.dnssec.sentinel, .bool,
                """
                Whether clients can find out, by names that start with root-key-sentinel, which keys of the root are \
                trusted here (RFC 8509).
                """),
        ])
}
