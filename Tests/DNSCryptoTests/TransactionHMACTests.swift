import DNSCrypto
import Foundation
import SeededRandom
import Testing

/// The test cases of RFC 4231 §4 and RFC 2202 §2 and §3, and what is not in them.
@Suite struct TransactionHMACTests {
    struct Input: Sendable {
        let key: [UInt8]
        let data: [UInt8]

        init(_ key: [UInt8], _ data: String) { (self.key, self.data) = (key, Array(data.utf8)) }
        init(_ key: [UInt8], _ data: [UInt8]) { (self.key, self.data) = (key, data) }
    }

    private static func inputs(keyLength: Int, longKeyLength: Int, _ last: String) -> [Input] {
        [
            Input(Array(repeating: 0x0b, count: keyLength), "Hi There"),
            Input(Array("Jefe".utf8), "what do ya want for nothing?"),
            Input(Array(repeating: 0xaa, count: keyLength), Array(repeating: 0xdd, count: 50)),
            Input(Array(1...25), Array(repeating: 0xcd, count: 50)),
            Input(Array(repeating: 0x0c, count: keyLength), "Test With Truncation"),
            Input(
                Array(repeating: 0xaa, count: longKeyLength),
                "Test Using Larger Than Block-Size Key - Hash Key First"),
            Input(Array(repeating: 0xaa, count: longKeyLength), last),
        ]
    }

    private static let shortLast = "Test Using Larger Than Block-Size Key and Larger Than One Block-Size Data"
    private static let longLast =
        "This is a test using a larger than block-size key and a larger than block-size data. "
        + "The key needs to be hashed before being used by the HMAC algorithm."

    static func inputs(_ algorithm: AuthenticationAlgorithm) -> [Input] {
        switch algorithm {
        case .hmacMD5: inputs(keyLength: 16, longKeyLength: 80, shortLast)
        case .hmacSHA1: inputs(keyLength: 20, longKeyLength: 80, shortLast)
        default: inputs(keyLength: 20, longKeyLength: 131, longLast)
        }
    }

    /// In hexadecimal.
    private static let codes: [AuthenticationAlgorithm: [String]] = [
        .hmacMD5: [
            "9294727a3638bb1c13f48ef8158bfc9d",
            "750c783e6ab0b503eaa86e310a5db738",
            "56be34521d144c88dbb8c733f0e8b3f6",
            "697eaf0aca3a3aea3a75164746ffaa79",
            "56461ef2342edc00f9bab995690efd4c",
            "6b1ab7fe4bd7bf8f0b62e6ce61b9d0cd",
            "6f630fad67cda0ee1fb1f562db3aa53e",
        ],
        .hmacSHA1: [
            "b617318655057264e28bc0b6fb378c8ef146be00",
            "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79",
            "125d7342b9ac11cd91a39af48aa17b4f63f175d3",
            "4c9007f4026250c6bc8414f9bf50c86c2d7235da",
            "4c1a03424b55e07fe7f27be1d58bb9324a9a5a04",
            "aa4ae5e15272d00e95705637ce8a3b55ed402112",
            "e8e99d0f45237d786d6bbaa7965c7808bbff1a91",
        ],
        .hmacSHA224: [
            "896fb1128abbdf196832107cd49df33f47b4b1169912ba4f53684b22",
            "a30e01098bc6dbbf45690f3a7e9e6d0f8bbea2a39e6148008fd05e44",
            "7fb3cb3588c6c1f6ffa9694d7d6ad2649365b0c1f65d69d1ec8333ea",
            "6c11506874013cac6a2abc1bb382627cec6a90d86efc012de7afec5a",
            "0e2aea68a90c8d37c988bcdb9fca6fa8099cd857c7ec4a1815cac54c",
            "95e9a0db962095adaebe9b2d6f0dbce2d499f112f2d2b7273fa6870e",
            "3a854166ac5d9f023f54d517d0b39dbd946770db9c2b95c9f6f565d1",
        ],
        .hmacSHA256: [
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7",
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
            "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe",
            "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b",
            "a3b6167473100ee06e0c796c2955552bfa6f7c0a6a8aef8b93f860aab0cd20c5",
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
            "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2",
        ],
        .hmacSHA384: [
            "afd03944d84895626b0825f4ab46907f15f9dadbe4101ec682aa034c7cebc59cfaea9ea9076ede7f4af152e8b2fa9cb6",
            "af45d2e376484031617f78d2b58a6b1b9c7ef464f5a01b47e42ec3736322445e8e2240ca5e69e2c78b3239ecfab21649",
            "88062608d3e6ad8a0aa2ace014c8a86f0aa635d947ac9febe83ef4e55966144b2a5ab39dc13814b94e3ab6e101a34f27",
            "3e8a69b7783c25851933ab6290af6ca77a9981480850009cc5577c6e1f573b4e6801dd23c4a7d679ccf8a386c674cffb",
            "3abf34c3503b2a23a46efc619baef897f4c8e42c934ce55ccbae9740fcbc1af4ca62269e2a37cd88ba926341efe4aeea",
            "4ece084485813e9088d2c63a041bc5b44f9ef1012a2b588f3cd11f05033ac4c60c2ef6ab4030fe8296248df163f44952",
            "6617178e941f020d351e2f254e8fd32c602420feb0b8fb9adccebb82461e99c5a678cc31e799176d3860e6110c46523e",
        ],
        .hmacSHA512: [
            "87aa7cdea5ef619d4ff0b4241a1d6cb02379f4e2ce4ec2787ad0b30545e17cde"
                + "daa833b7d6b8a702038b274eaea3f4e4be9d914eeb61f1702e696c203a126854",
            "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea250554"
                + "9758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737",
            "fa73b0089d56a284efb0f0756c890be9b1b5dbdd8ee81a3655f83e33b2279d39"
                + "bf3e848279a722c806b485a47e67c807b946a337bee8942674278859e13292fb",
            "b0ba465637458c6990e5a8c5f61d4af7e576d97ff94b872de76f8050361ee3db"
                + "a91ca5c11aa25eb4d679275cc5788063a5f19741120c4f2de2adebeb10a298dd",
            "415fad6271580a531d4179bc891d87a650188707922a4fbb36663a1eb16da008"
                + "711c5b50ddd0fc235084eb9d3364a1454fb2ef67cd1d29fe6773068ea266e96b",
            "80b24263c7c1a3ebb71493c1dd7be8b49b46d1f41b4aeec1121b013783f8f352"
                + "6b56d037e05f2598bd0fd2215d6a1e5295e64f73f63f0aec8b915a985d786598",
            "e37b6a775dc87dbaa4dfa9f96e5e3ffddebd71f8867289865df5a32d20cdc944"
                + "b6022cac3c4982b10d5eeb55c3e4de15134676fb6de0446065c97440fa8c6a58",
        ],
    ]

    private static func hexadecimal(_ octets: [UInt8]) -> String {
        octets.map { String(format: "%02x", $0) }.joined()
    }

    @Test(arguments: AuthenticationAlgorithm.allCases)
    func `the codes of the RFCs`(_ algorithm: AuthenticationAlgorithm) throws {
        let codes = try #require(Self.codes[algorithm])
        for (input, code) in zip(Self.inputs(algorithm), codes) {
            var mac = AuthenticationKey(algorithm, secret: input.key).begin()
            mac.absorb(input.data)
            #expect(Self.hexadecimal(mac.code()) == code)
            #expect(mac.code().count == algorithm.length)
        }
        #expect(codes.count == 7)
    }

    @Test(arguments: AuthenticationAlgorithm.allCases)
    func `pieces make no difference`(_ algorithm: AuthenticationAlgorithm) {
        var generator = SeededGenerator(seed: 8945)
        for length in [0, 1, 63, 64, 65, 127, 128, 129, 1000] {
            let key = AuthenticationKey(algorithm, secret: generator.octets(length))
            let data = generator.octets(length)
            var whole = key.begin()
            whole.absorb(data)
            let cut = length / 3
            var pieces = key.begin()
            pieces.absorb(Array(data[..<cut]))
            pieces.absorb([])
            // What is asked for in between, and what a copy goes on with, changes nothing.
            var copy = pieces
            copy.absorb([1, 2, 3])
            #expect(copy.code() != whole.code())
            pieces.absorb(data.span.extracting(cut..<length))
            #expect(pieces.code() == whole.code())
        }
    }

    @Test func `one key serves many threads`() async {
        let key = AuthenticationKey(.hmacSHA256, secret: Array(0..<32))
        var mac = key.begin()
        mac.absorb(Array(repeating: 7, count: 500))
        let expected = mac.code()
        let areSame = await withTaskGroup(of: Bool.self) { group in
            for _ in 0..<8 {
                group.addTask {
                    (0..<500).allSatisfy { _ in
                        var mac = key.begin()
                        for _ in 0..<5 { mac.absorb(Array(repeating: 7, count: 100)) }
                        return mac.code() == expected
                    }
                }
            }
            return await group.allSatisfy { $0 }
        }
        #expect(areSame)
    }

    @Test func `equal is what has the same length and octets`() {
        #expect(AuthenticationKey.areEqual([], []))
        #expect(AuthenticationKey.areEqual([1, 2, 3], [1, 2, 3]))
        #expect(!AuthenticationKey.areEqual([1, 2, 3], [1, 2]))
        #expect(!AuthenticationKey.areEqual([1, 2], [1, 2, 3]))
        for index in 0..<32 {
            for bit in 0..<8 {
                var other = Array(repeating: 0x55 as UInt8, count: 32)
                other[index] ^= 1 << bit
                #expect(!AuthenticationKey.areEqual(other, Array(repeating: 0x55, count: 32)))
            }
        }
    }
}
