import DNSWire

@testable import homing

/// The root of a made-up internet, its keys rolled over in two steps. Signed by `dnssec-signzone` for 2020 to 2086;
/// nobody has the private keys any more.
enum RollingRoot {
    /// What the operator knows: key 59662.
    static let anchor = ". DNSKEY 257 3 15 XwMw5cUCuV88yELHIJR37OXXG9Rv0J9NtQIPNH+Lahc="

    /// Key 12631 is announced; key 59662 vouches for it.
    static let announced = """
        . DNSKEY 257 3 15 Dt51kIq7CXBdtxzBXPGPXp/EjzE9D3MbbfLj1udclZ0=
        . DNSKEY 257 3 15 XwMw5cUCuV88yELHIJR37OXXG9Rv0J9NtQIPNH+Lahc=
        . RRSIG DNSKEY 15 0 172800 (
            20860101000000 20200101000000 59662 .
            rinoTgv0rbPSSu/qwwAtqPsbjcFogOqPRaATcwIit9uRsrBBowEPgMmc cn2zkX9zFb47vNUc5HUQkorHf1YQCw== )
        """

    /// Key 59662 is revoked, and is key 59790 by that; key 12631 has taken over.
    static let revoked = """
        . DNSKEY 257 3 15 Dt51kIq7CXBdtxzBXPGPXp/EjzE9D3MbbfLj1udclZ0=
        . DNSKEY 385 3 15 XwMw5cUCuV88yELHIJR37OXXG9Rv0J9NtQIPNH+Lahc=
        . RRSIG DNSKEY 15 0 172800 (
            20860101000000 20200101000000 12631 .
            VvikFotnk85QwgybOYwI5Zrn7n81RZ7W6KOuvYHvtvtj5QVVxooq1Luh xGEpB8P2H1wmsEB8SjNYnVyOknbFBw== )
        . RRSIG DNSKEY 15 0 172800 (
            20860101000000 20200101000000 59790 .
            4gUyThrQww28rb34Bve7ZtSYf/WTxgRK4hbpezKaQWVKF60/8oj877Nk 2lpfqMCpA4f2q8fJELQkqFO0+F3jDg== )
        """

    /// Sentinel names with addresses, signed by key 59662, which is a key for everything here.
    static let sentinels = """
        root-key-sentinel-is-ta-12631. A 192.0.2.12
        root-key-sentinel-is-ta-12631. RRSIG A 15 1 172800 (
            20860101000000 20200101000000 59662 .
            K/oFACItnX2Pbo6DLjfuDdlJ0sYwOEFspJlhKy6Na00tTJjLKIKZxcDo A4WVxG1D6vaYUqnyu4wXID65eaLYBw== )
        root-key-sentinel-is-ta-59662. A 192.0.2.10
        root-key-sentinel-is-ta-59662. RRSIG A 15 1 172800 (
            20860101000000 20200101000000 59662 .
            6XUx1JuKjDStHUI2nwrMoZfoyObu9k4STbmBhTECxw1ggMyYstAWHrMT ca9uBMoeSgVY5Lp79S/odoi9bWRQBw== )
        root-key-sentinel-not-ta-59662. A 192.0.2.11
        root-key-sentinel-not-ta-59662. RRSIG A 15 1 172800 (
            20860101000000 20200101000000 59662 .
            5j+gfCTdL1M7F7+E+9anmjXMKavs2wKRHU9qKfkf6N0cTNMYidHUCyis s/PDWj4k+p0OZQ0MKt7xde3sRqszBw== )
        """
}
