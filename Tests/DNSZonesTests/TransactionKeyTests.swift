import DNSCrypto
import DNSWire
import SeededRandom
import Testing

@testable import DNSZones

@Suite struct TransactionKeyTests {
    @Test func `names of algorithms both ways`() {
        for algorithm in AuthenticationAlgorithm.allCases {
            #expect(AuthenticationAlgorithm(domainName: algorithm.domainName) == algorithm)
            #expect(AuthenticationAlgorithm(text: algorithm.rawValue.uppercased()) == algorithm)
            #expect(AuthenticationAlgorithm(text: "\(algorithm.domainName)") == algorithm)
        }
        #expect(AuthenticationAlgorithm.hmacMD5.domainName == "hmac-md5.sig-alg.reg.int.")
        #expect(AuthenticationAlgorithm(text: "HMAC-SHA256.") == .hmacSHA256)
        for text in ["", ".", "sha256", "hmac-sha3", "hmac-md5.example", "hmac-sha256..", "a b"] {
            #expect(AuthenticationAlgorithm(text: text) == nil)
        }
    }

    @Test func `a generated key is as long as its MACs, and never the same`() {
        var generator = SeededGenerator(seed: 1)
        for algorithm in AuthenticationAlgorithm.allCases {
            let key = TransactionKey.generate("Host.Example.", algorithm, using: &generator)
            let other = TransactionKey.generate("host.example.", algorithm, using: &generator)
            #expect(key.secret.count == algorithm.length && key.minimumMACLength == algorithm.length)
            #expect(key.name.isIdentical(to: "host.example."))
            #expect(key.secret != other.secret && key != other)
        }
        var system = SystemRandomNumberGenerator()
        #expect(TransactionKey.generate("k.", using: &system).algorithm == .hmacSHA256)
    }

    @Test func `no log has a secret`() {
        let key = TransactionKey("k.", .hmacSHA1, secret: Array("abcdefgh".utf8))
        #expect("\(key)" == "k. (hmac-sha1)")
        #expect(key.secretText == "YWJjZGVmZ2g=")
    }

    @Test func `the shortest MAC is brought into its range`() {
        let wanted =
            [(nil, 32), (0, 16), (15, 16), (16, 16), (20, 20), (32, 32), (33, 32), (-1, 16)] as [(Int?, Int)]
        for (wanted, least) in wanted {
            #expect(Vectors.key(minimumMACLength: wanted).minimumMACLength == least)
        }
        #expect(AuthenticationAlgorithm.hmacMD5.shortestLength == 10)
        #expect(AuthenticationAlgorithm.hmacSHA1.shortestLength == 10)
        #expect(AuthenticationAlgorithm.hmacSHA512.shortestLength == 32)
    }

    @Test func `a ring finds keys by name in any case`() {
        let (a, b) = (TransactionKey("A.example.", .hmacSHA256, secret: [1]), Vectors.key())
        let again = TransactionKey("a.EXAMPLE.", .hmacSHA1, secret: [2])
        let ring = KeyRing([a, b, again])
        #expect(ring.key(named: "a.Example.") == a)
        #expect(ring.key(named: "example.") == nil)
        #expect(ring.keys == [a, b])
        #expect(KeyRing().isEmpty && !ring.isEmpty)
        let directory = KeyDirectory()
        #expect(directory.ring.isEmpty)
        directory.ring = ring
        #expect(directory.ring.keys.count == 2)
    }
}

@Suite struct TransactionKeyFileTests {
    private let secret = "AQIDBA=="

    private func keys(_ text: String) throws(TextError) -> [TransactionKey] {
        try KeyFile.keys(Array(text.utf8))
    }

    @Test func `what is written is read`() throws {
        var generator = SeededGenerator(seed: 2)
        var text = ""
        var written: [TransactionKey] = []
        for algorithm in AuthenticationAlgorithm.allCases {
            for (name, least) in [
                ("host.\(algorithm.rawValue).example.", nil), ("a\\\"b\\;\\.c.", 16), (".", nil),
            ]
                as [(String, Int?)]
            {
                let secret = generator.octets(Int.random(in: 1...70, using: &generator))
                let name = try DomainName(name)
                let key = TransactionKey(name, algorithm, secret: secret, minimumMACLength: least)
                text += KeyFile.text(key)
                written.append(key)
            }
        }
        #expect(try keys(text) == written)
    }

    @Test func `one key as BIND writes it`() throws {
        let key = TransactionKey("update-key.", .hmacSHA256, secret: [1, 2, 3, 4])
        #expect(
            KeyFile.text(key)
                == "key \"update-key\" {\n\talgorithm hmac-sha256;\n\tsecret \"AQIDBA==\";\n};\n")
    }

    @Test(arguments: [
        "key k { algorithm hmac-sha256; secret \"AQIDBA==\"; };",
        "key \"k.\"{secret AQIDBA==;algorithm \"HMAC-SHA256\";};",
        "# a\n// b\n/* c\nkey x */ KEY k\n{\r\n\talgorithm hmac-sha256. ; secret AQIDBA== ; } ;\n# end",
        "key /**/ k { algorithm hmac-sha256; /* secret \"x\"; */ secret \"AQIDBA==\"; };",
    ])
    func `layout and comments do not matter`(_ text: String) throws {
        #expect(try keys(text) == [TransactionKey("k.", .hmacSHA256, secret: [1, 2, 3, 4])])
    }

    @Test func `base64 may hold what begins a comment elsewhere`() throws {
        let key = TransactionKey("k.", .hmacSHA256, secret: [0, 0, 0, 0xff, 0xff, 0xff])
        #expect(key.secretText == "AAAA////")
        #expect(try keys("key k { algorithm hmac-sha256; secret AAAA////; };") == [key])
    }

    @Test func `an algorithm may say how short MACs may be`() throws {
        let key = try #require(try keys("key k { algorithm hmac-sha256-128; secret \"AQIDBA==\"; };").first)
        #expect(key.algorithm == .hmacSHA256 && key.minimumMACLength == 16)
        for bits in ["127", "120", "264", "x", "", "-128"] {
            #expect(throws: TextError.self) {
                try keys("key k { algorithm hmac-sha256-\(bits); secret \"AQIDBA==\"; };")
            }
        }
    }

    @Test func `nothing is no key`() throws {
        #expect(try keys("").isEmpty)
        #expect(try keys("  # nothing\n").isEmpty)
    }

    @Test(arguments: [
        ("kye k { };", TextError.Code.malformed("\"key\""), 1, 1),
        ("key", .missing("a key's name"), 1, 4),
        ("key {", .malformed("a key's name"), 1, 5),
        ("key a..b {", .badName(.emptyLabel), 1, 5),
        ("key k ;", .malformed("\"{\""), 1, 7),
        ("key k {\n algorithm hmac-sha7;", .malformed("an algorithm"), 2, 12),
        ("key k { algorithm hmac-sha256 secret", .malformed("\";\""), 1, 31),
        ("key k { secret \"AQID BA==\"; };", .malformed("a secret in base64"), 1, 16),
        ("key k { secret \"AQIDBA\"; };", .malformed("a secret in base64"), 1, 16),
        ("key k { secret \"\"; };", .malformed("a secret in base64"), 1, 16),
        ("key k { secret \"AQIDBA==\n", .unterminatedString, 1, 16),
        ("key k { secret AQ==; secret AQ==;", .repeated, 1, 22),
        ("key k { algorithm hmac-md5; algorithm hmac-md5;", .repeated, 1, 29),
        ("key k { port 53; };", .malformed("\"algorithm\" or \"secret\""), 1, 9),
        ("key k { algorithm hmac-md5; };", .missing("a secret"), 1, 5),
        ("key k { secret AQ==; };", .missing("an algorithm"), 1, 5),
        ("key k { secret AQ==; }", .missing("\";\""), 1, 23),
        ("key k {", .missing("\"}\""), 1, 8),
        ("\n/* no end", .missing("the comment's end"), 2, 1),
    ])
    func `errors have their places`(_ text: String, _ code: TextError.Code, _ line: Int, _ column: Int) {
        #expect {
            try KeyFile.keys(Array(text.utf8), source: "keys.conf")
        } throws: { error in
            guard let error = error as? TextError else { return false }
            #expect(error.code == code && error.source == "keys.conf")
            #expect(error.place == TextPlace(line: line, column: column))
            return true
        }
    }

    @Test func `no error shows a secret`() throws {
        for text in [
            "key k { secret \"c2VjcmV0!\"; };", "key k { secret c2VjcmV0 c2VjcmV0; };",
            "key k { secret \"c2VjcmV0\" \"c2VjcmV0\"; };",
        ] {
            #expect {
                try keys(text)
            } throws: {
                !"\($0)".contains("c2Vj")
            }
        }
    }

    @Test func `a file that is too long is none`() {
        #expect(throws: TextError.self) {
            try KeyFile.keys(Array(repeating: 0x20, count: KeyFile.maximumLength + 1))
        }
    }

    @Test func `no text traps`() {
        var generator = SeededGenerator(seed: 3)
        let seed = Array("key \"k\" { /* c */ algorithm hmac-sha256; secret \"AQIDBA==\"; }; # e\n".utf8)
        for _ in 0..<5_000 {
            var text = seed
            for _ in 0...Int.random(in: 0...3, using: &generator) where !text.isEmpty {
                let index = Int.random(in: text.indices, using: &generator)
                switch generator.next() % 3 {
                case 0: text[index] = Array("{};\"\\/*# \n".utf8).randomElement(using: &generator) ?? 0
                case 1: text.remove(at: index)
                default: text.removeSubrange(index...)
                }
            }
            _ = try? KeyFile.keys(text)
        }
    }
}
