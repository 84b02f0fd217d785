import DNSWire

extension TrustAnchor {
    /// The root's key signing keys as IANA publishes them (https://data.iana.org/root-anchors/): KSK-2017, tag 20326,
    /// and KSK-2024, tag 38696.
    public static let root: TrustAnchor = {
        let signers = rootSigners.compactMap { text in
            (try? RData(text: text, type: .ds)).flatMap { DelegationSigner($0) }
        }
        let keys = rootKeys.compactMap { text in
            (try? RData(text: text, type: .dnskey)).flatMap { DNSKey($0) }
        }
        return TrustAnchor(zone: .root, signers: signers, keys: keys)
    }()

    private static let rootSigners = [
        "20326 8 2 E06D44B80B8F1D39A95C0B0D7C65D08458E880409BBC683457104237C7F8EC8D",
        "38696 8 2 683D2D0ACB8C9B712A1948B27F741219298D0A450D612C483AF444A4C0FB2B16",
    ]

    private static let rootKeys = [
        """
        257 3 8 \
        AwEAAaz/tAm8yTn4Mfeh5eyI96WSVexTBAvkMgJzkKTOiW1vkIbzxeF3+/4RgWOq7HrxRixHlFlExOLA \
        Jr5emLvN7SWXgnLh4+B5xQlNVz8Og8kvArMtNROxVQuCaSnIDdD5LKyWbRd2n9WGe2R8PzgCmr3EgVLr \
        jyBxWezF0jLHwVN8efS3rCj/EWgvIWgb9tarpVUDK/b58Da+sqqls3eNbuv7pr+eoZG+SrDK6nWeL3c6 \
        H5Apxz7LjVc1uTIdsIXxuOLYA4/ilBmSVIzuDWfdRUfhHdY6+cn8HFRm+2hM8AnXGXws9555KrUB5qih \
        ylGa8subX2Nn6UwNR1AkUTV74bU=
        """,
        """
        257 3 8 \
        AwEAAa96jeuknZlaeSrvyAJj6ZHv28hhOKkx3rLGXVaC6rXTsDc449/cidltpkyGwCJNnOAlFNKF2jBo \
        sZBU5eeHspaQWOmOElZsjICMQMC3aeHbGiShvZsx4wMYSjH8e7Vrhbu6irwCzVBApESjbUdpWWmEnhat \
        hWu1jo+siFUiRAAxm9qyJNg/wOZqqzL/dL/q8PkcRU5oUKEpUge71M3ej2/7CPqpdVwuMoTvoB+ZOT4Y \
        eGyxMvHmbrxlFzGOHOijtzN+u1TQNatX2XBuzZNQ1K+s2CXkPIZo7s6JgZyvaBevYtxPvYLw4z9mR7K2 \
        vaF18UYH9Z9GNUUeayffKC73PYc=
        """,
    ]
}
