import DNSWire
import Testing

@testable import DNSCrypto

@Suite struct DigestTests {
    /// RFC 4034 §5.4 and RFC 4509 §2.3.
    static let delegation = """
        dskey.example.com. 86400 IN DNSKEY 256 3 5 (
            AQOeiiR0GOMYkDshWoSKz9XzfwJr1AYtsmx3TGkJaNXVbfi/2pHm822aJ5iI9BMzNXxeYCmZDRD99WYwYqUSdjMmmAphXdvxegXd
            /M5+X7OrzKBaMbCVdFLUUh6DhweJBjEVv5f2wwjM9XzcnOf+EPbtG9DMBmADjFDc2w/rljwvFw== )
        dskey.example.com. 86400 IN DS 60485 5 1 2BB183AF5F22588179A53B0A98631FAD1A292118
        dskey.example.com. 86400 IN DS 60485 5 2 (
            D4B7D520E7BB5F0F67674A0CCEB1E3E0614B93C4F9E99B8383F6A1E4469DA50A )
        """

    @Test(
        "DS records in the RFCs are digests of their keys",
        arguments: [
            (delegation, [.sha1, .sha256]), (StandardVectors.p256, [.sha256]),
            (StandardVectors.p384, [.sha384]), (StandardVectors.ed25519First, [.sha256]),
            (StandardVectors.ed25519Second, [.sha256]), (StandardVectors.ed448First, [.sha256]),
            (StandardVectors.ed448Second, [.sha256]),
        ] as [(String, [DigestType])])
    func standardVectors(_ masterFile: String, _ types: [DigestType]) throws {
        let records = try records(masterFile)
        let key = try #require(records.first { $0.type == .dnskey })
        let signers = records.filter { $0.type == .ds }.compactMap { DelegationSigner($0.rdata) }
        #expect(signers.map(\.digestType) == types)
        for signer in signers {
            let data = key.ownerName.lowercase.wire + key.rdata.bytes
            #expect(LibcryptoVerifier().digest(signer.digestType, of: data) == signer.digest)
            #expect(DNSKey(key.rdata)?.keyTag == signer.keyTag)
        }
    }

    @Test("the digests of nothing, and of more than a block")
    func lengths() {
        let verifier = LibcryptoVerifier()
        let nothing = "da39a3ee5e6b4b0d3255bfef95601890afd80709"
        #expect(verifier.digest(.sha1, of: []).map(hex) == nothing)
        // FIPS 180-4's example of two blocks.
        let long = Array("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq".utf8)
        let expected = "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
        #expect(verifier.digest(.sha256, of: long).map(hex) == expected)
        #expect(verifier.digest(.sha384, of: long)?.count == 48)
    }

    @Test("digest types that are not known or switched off are not supported")
    func support() {
        let all = LibcryptoVerifier()
        for number: UInt8 in 0...255 {
            let type = DigestType(rawValue: number)
            #expect(all.supports(type) == [1, 2, 4].contains(number))
            #expect((all.digest(type, of: [1]) != nil) == [1, 2, 4].contains(number))
        }
        let modern = LibcryptoVerifier(supportsSHA1Digests: false)
        #expect(!modern.supports(.sha1) && modern.digest(.sha1, of: [1]) == nil)
        #expect(modern.supports(.sha256) && modern.supports(.sha384) && modern.supports(.rsaSHA1))
        #expect(LibcryptoVerifier(supportsSHA1Signatures: false).supports(.sha1))
    }

    private func hex(_ octets: [UInt8]) -> String {
        octets.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
}

@Suite struct NextSecure3HashTests {
    /// RFC 5155 Appendix A.
    @Test(
        "the hashes in the RFC",
        arguments: [
            ("example", "0p9mhaveqvm6t7vbl5lop2u3t2rp3tom"),
            ("a.example", "35mthgpgcu1qg68fab165klnsnk3dpvl"),
            ("ai.example", "gjeqe526plbf1g8mklp59enfd789njgi"),
            ("ns1.example", "2t7b4g4vsa5smi47k61mv5bv1a22bojr"),
            ("ns2.example", "q04jkcevqvmu85r014c7dkba38o0ji5r"),
            ("w.example", "k8udemvp1j2f7eg6jebps17vp3n8i58h"),
            ("*.w.example", "r53bq7cc2uvmubfu5ocmm6pers9tk9en"),
            ("x.w.example", "b4um86eghhds6nea196smvmlo4ors995"),
            ("y.w.example", "ji6neoaepv8b5o6k4ev33abha8ht9fgc"),
            ("x.y.w.example", "2vptu5timamqttgl4luu9kg21e0aor3s"),
            ("xx.example", "t644ebqk9bibcna874givr6joj62mlhv"),
            ("2t7b4g4vsa5smi47k61mv5bv1a22bojr.example", "kohar7mbb8dc2ce8a9qvl8hon4k53uhi"),
        ])
    func standardVectors(_ name: String, _ expected: String) throws {
        let parameters = NextSecure3Parameters(
            hashAlgorithm: 1, iterations: 12, salt: [0xaa, 0xbb, 0xcc, 0xdd])
        for spelling in [name, name.uppercased()] {
            let hash = try #require(LibcryptoVerifier().hash(DomainName(spelling + "."), parameters))
            let owner = try #require(NextSecure3.ownerName(of: hash, in: "example."))
            #expect(owner.labels.first == Array(expected.utf8))
        }
    }

    @Test("as many iterations as are asked for, over the longest names and salts")
    func iterations() throws {
        let verifier = LibcryptoVerifier()
        let name = try #require(
            DomainName(
                labels: [Array(repeating: UInt8(ascii: "a"), count: 63)] + Array(repeating: [98], count: 95)))
        #expect(name.wire.count == 255)
        for salt in [[], [7], [UInt8](repeating: 0x5a, count: 255)] as [[UInt8]] {
            var expected = try #require(verifier.digest(.sha1, of: name.wire + salt))
            for iterations: UInt16 in 0...100 {
                let parameters = NextSecure3Parameters(hashAlgorithm: 1, iterations: iterations, salt: salt)
                #expect(verifier.hash(name, parameters) == expected)
                expected = try #require(verifier.digest(.sha1, of: expected + salt))
            }
        }
    }

    @Test("a hash algorithm that nobody knows has no hash")
    func unknownAlgorithm() {
        for number: UInt8 in [0, 2, 255] {
            let parameters = NextSecure3Parameters(hashAlgorithm: number, iterations: 0, salt: [])
            #expect(LibcryptoVerifier().hash(.root, parameters) == nil)
        }
    }
}
