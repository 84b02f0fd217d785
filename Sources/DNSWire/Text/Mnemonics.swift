/// Small numbers that master files write as words.
struct Mnemonics: Sendable {
    let pairs: [(value: UInt16, text: String)]

    func text(_ value: UInt16) -> String? { pairs.first { $0.value == value }?.text }

    /// A word in any case, or a number up to `maximum`.
    func value(_ text: ArraySlice<UInt8>, maximum: UInt16) -> UInt16? {
        if let number: UInt16 = DecimalText.number(text) { return number <= maximum ? number : nil }
        let folded = text.map(lowercased)
        return pairs.first { $0.text.utf8.map(lowercased) == folded }?.value
    }

    /// IANA "DNS Security Algorithm Numbers"; RFC 4034 §A.1 has the first of them.
    static let algorithms = Mnemonics(pairs: [
        (1, "RSAMD5"), (2, "DH"), (3, "DSA"), (5, "RSASHA1"), (6, "DSA-NSEC3-SHA1"),
        (7, "RSASHA1-NSEC3-SHA1"),
        (8, "RSASHA256"), (10, "RSASHA512"), (12, "ECC-GOST"), (13, "ECDSAP256SHA256"),
        (14, "ECDSAP384SHA384"),
        (15, "ED25519"), (16, "ED448"), (17, "SM2SM3"), (23, "ECC-GOST12"), (252, "INDIRECT"),
        (253, "PRIVATEDNS"),
        (254, "PRIVATEOID"),
    ])

    /// IANA "Delegation Signer (DS) Resource Record (RR) Type Digest Algorithms", with and without the hyphen.
    static let digestTypes = Mnemonics(pairs: [
        (1, "SHA-1"), (2, "SHA-256"), (3, "GOST"), (4, "SHA-384"), (1, "SHA1"), (2, "SHA256"), (4, "SHA384"),
    ])

    /// RFC 4398 §2.1.
    static let certificateTypes = Mnemonics(pairs: [
        (1, "PKIX"), (2, "SPKI"), (3, "PGP"), (4, "IPKIX"), (5, "ISPKI"), (6, "IPGP"), (7, "ACPKIX"),
        (8, "IACPKIX"),
        (253, "URI"), (254, "OID"),
    ])
}
