import Certificates
import DNSWire
import Foundation
import SeededRandom
import Testing

/// PEM files as operators have them, good and bad.
@Suite struct ReadingTests {
    private func fault(_ pem: [UInt8], _ key: [UInt8]) -> CertificateFault? {
        do throws(CertificateFault) {
            _ = try CertificateChain(pem: pem, key: key)
            return nil
        } catch {
            return error
        }
    }

    @Test func chainsAndKeysSurviveText() throws {
        let made = try MadeCertificates()
        let (pem, key) = (try made.server.pem(), try made.server.key.pem())
        let chain = try CertificateChain(pem: pem, key: key)
        #expect(chain.details == made.server.details)
        #expect(chain.certificates.count == 2)
        #expect(try chain.pem() == pem)
        #expect(String(decoding: key, as: UTF8.self).hasPrefix("-----BEGIN PRIVATE KEY-----\n"))
        // Both in one file, in either order, with prose between.
        let prose = Array("# the server's\n".utf8)
        #expect(fault(key + prose + pem, key + prose + pem) == nil)
        #expect(fault(pem + key, pem + key) == nil)
    }

    @Test func whatIsNotThere() throws {
        let made = try MadeCertificates()
        let (pem, key) = (try made.server.pem(), try made.server.key.pem())
        #expect(fault([], key) == .noCertificate)
        #expect(fault(key, key) == .noCertificate)
        #expect(fault(Array("hello".utf8), key) == .noCertificate)
        #expect(fault(made.server.certificates[0].der, key) == .noCertificate)
        #expect(fault(pem, []) == .noKey)
        #expect(fault(pem, pem) == .noKey)
    }

    @Test func whatDoesNotFit() throws {
        let (made, other) = (try MadeCertificates(), try MadeCertificates())
        let key = try made.server.key.pem()
        let own = try made.server.certificates[0].pem()
        let authority = try made.authority.certificate.pem()
        #expect(fault(own, try other.server.key.pem()) == .keyMismatch)
        #expect(fault(authority + own, key) == .keyOfAnother(2))
        #expect(fault(own + (try other.authority.certificate.pem()), key) == .brokenChain(1))
        #expect(fault(own + authority + own, key) == .brokenChain(2))
        #expect(fault(own, key) == nil)
        let many = (0..<17).flatMap { _ in own }
        #expect(fault(many, key) == .tooManyCertificates)
    }

    @Test func damagedText() throws {
        let made = try MadeCertificates()
        let key = try made.server.key.pem()
        let text = String(decoding: try made.server.pem(), as: UTF8.self)
        let damaged = text.replacing("-----END CERTIFICATE-----", with: "-----END CERTIFICAT-----")
        #expect(fault(Array(damaged.utf8), key) == .malformedCertificate(1))
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        let second = try #require(lines.lastIndex { $0.contains("BEGIN") })
        var cut = lines
        cut[second + 1] = "!!!!"
        #expect(fault(Array(cut.joined(separator: "\n").utf8), key) == .malformedCertificate(2))
        let keyText = String(decoding: key, as: UTF8.self).split(separator: "\n")
        let cutKey = [keyText[0], keyText[1], keyText[keyText.count - 1]].joined(separator: "\n") + "\n"
        #expect(fault(Array(text.utf8), Array(cutKey.utf8)) == .malformedKey)
        let crlf = text.replacing("\n", with: "\r\n")
        #expect(fault(Array(crlf.utf8), key) == nil)
    }

    /// Whatever a file holds, it is read or refused; no octet of it is trusted.
    @Test func anythingAtAll() throws {
        let made = try MadeCertificates()
        let (pem, key) = (try made.server.pem(), try made.server.key.pem())
        var random = SeededGenerator(seed: 4)
        var refused = 0
        for _ in 0..<400 {
            var (pem, key) = (pem, key)
            for _ in 0..<3 {
                let position = Int.random(in: 0..<pem.count, using: &random)
                pem[position] = UInt8.random(in: 0...255, using: &random)
                let other = Int.random(in: 0..<key.count, using: &random)
                key[other] = UInt8.random(in: 0...255, using: &random)
            }
            if fault(pem, key) != nil { refused += 1 }
        }
        #expect(refused > 300)
    }

    //--- Keys of other kinds, made by the openssl program ---

    @Test func encryptedKey() throws {
        let made = try MadeCertificates()
        let error = fault(try made.server.pem(), Array(Self.encrypted.utf8))
        #expect(error == .encryptedKey)
        #expect(error.map { "\($0)" }?.contains("nobody to ask for its password") == true)
        #expect(fault(try made.server.pem(), Array(Self.encryptedOldForm.utf8)) == .encryptedKey)
    }

    @Test func keysOfOtherKinds() throws {
        for text in [Self.ec, Self.ed25519, Self.rsa] {
            let key = try PrivateKey(pem: Array(text.utf8))
            #expect(try key.pem().starts(with: "-----BEGIN PRIVATE KEY-----".utf8))
        }
        #expect(throws: CertificateFault.weakKey(80)) { try PrivateKey(pem: Array(Self.weakRSA.utf8)) }
    }

    @Test func weakKeysAreNamed() {
        #expect(
            CertificateFault.weakKey(80).description
                == "the private key is too weak: 80 bits of security, at least 112 are needed")
    }

    private static let ec = """
        -----BEGIN EC PRIVATE KEY-----
        MHcCAQEEIO0ZxJwQnTetrO8jDwdVJnSSo4CcY0ji+Lz2kDi7/PWNoAoGCCqGSM49
        AwEHoUQDQgAEReZy7HB1SRK7TOUtk+qIwOGo/jjl7K9/V2PjOw++rlLAfKUEAAWM
        PeRjsSdDTwzAjZ4UtNVdby2RJCDiGnXj5A==
        -----END EC PRIVATE KEY-----

        """

    private static let encrypted = """
        -----BEGIN ENCRYPTED PRIVATE KEY-----
        MIHsMFcGCSqGSIb3DQEFDTBKMCkGCSqGSIb3DQEFDDAcBAgFsWLntCG1ywICCAAw
        DAYIKoZIhvcNAgkFADAdBglghkgBZQMEASoEEAuvXzwhH8Y4jc6BFTkQU0gEgZA7
        APCLdGzGFmGRCyXR4KRSCDL0f1XubqbctMUZghUuZCFai4MYikyAbi+27iUPQpPq
        BBJdpTXszYMgWdaz+paERw64cyQ/jhA2SZsiZi4rbkRK7RiOHLGlVQwkONH0Bqxn
        qANwN0Nlg+3mrj/cXdRjd33YHNJmqIBKWMqFPSY4p6KukIMpVuzrEedMu0s1AxA=
        -----END ENCRYPTED PRIVATE KEY-----

        """

    private static let encryptedOldForm = """
        -----BEGIN EC PRIVATE KEY-----
        Proc-Type: 4,ENCRYPTED
        DEK-Info: AES-128-CBC,1B5DC1961A45264C6FA1001D3795BE23

        DWwPTbWHv17jEWqPRpOpYbOPmGdR2ojlQNJld57ykzKRHo9k96GnntaXEHtu6t9C
        i/DH9HnJ5wj2AN7afLU5ESlCHHTuyAmU8Q9qoWvS17WAcz8Dxg1a9ypu3PRtaaQN
        nfDbqVv27GBXC55M+6YKYwSYaQTjGLuzcxJgcLS4aFQ=
        -----END EC PRIVATE KEY-----

        """

    private static let ed25519 = """
        -----BEGIN PRIVATE KEY-----
        MC4CAQAwBQYDK2VwBCIEINEZKiFWV/syIUUHVAfT5CdCklLFcM3/nfJUE7E7qnw4
        -----END PRIVATE KEY-----

        """

    private static let rsa = """
        -----BEGIN RSA PRIVATE KEY-----
        MIIEowIBAAKCAQEA3hvFEhYYSQ6ZHyDPvYzpNzWKS19/33HZGyp7YPrrlgEGjShL
        EuFCpiK7zjsQC6KeQFKCIalPFCsZDE0P9EfxK+U6h4pV2AfMNFyvJvssn2Qvj5WZ
        aUxyNWf1TV08qCvKqBa6Dxs05Q7y1D+t4U4cBZOv6GRd9KqmndfV9a+ZjBwSZrdE
        1FoQg5Nh3fzB3vGDfX/0MD4BKRmRL5olElzfVd6v2LlQ5bjy1sHSHUUa/6SPRWas
        MKR75SWAhUHcy2VSDLY7rnA9tTLmyimu7CVwPBFodeG2WWVpa6JEc4MfoHz1hvwq
        iFy9J1KjGuy+mpkvXwTImHHxh9kPm0zZR+gdEwIDAQABAoIBAGstyV5d7SAr/DXq
        NnUIr22l13NhxSoFHTgfuuPkkZSUMB4jyH521xumfSwakjabJXRynDs0IWXhGjg2
        Y7GEmduNxT2swpn5wU+vPhI4eKL9zHmkPiBy9FXTMatAh8m7QBL2zJgHj/HM0d8c
        T4L+l0UVrHgfHru3ManPgn8JWrYh21KuNV5CKHf3E74cHhxj+EEoTSsV45G1MsQw
        J4P4718KGt6/pv7s5m+GYCzbzmL2o4CAetCC8NxxCcUjLmUmpgFilC69H4xHwL/A
        k+W3kT65lZuM2L0WdjKnNfhITQ5qEknsi3kUZI2r7c4Lxc4f+dxx1ELhjkzL63K6
        WZSM7hECgYEA+l3tvHlF81DNmoeb7k8foKoi9ybtT2zIMLnQT1nkleCQyrxU1uk9
        xDZnF6l//bJlYtKtvgu1gWxc+Bqx4jWEnVUxkbBd3y48KogmvYar+rcPkHDVJx/D
        dfZMEmApLiJJOSEdZ/swYuNgOKAIiR0nJN5RywLxrP1vEmU2HVSzM5sCgYEA4xsT
        y2TFntICoU5l1+u6cCcdw9GbHPaimMfxnYqNWuchX7upqlUKMO4TH6Tp/h9IsH2J
        ilWuyHuiL5DNjVnH+ZA6p/2PLn0w3UXQPVT3G5l23EbKtqnwaYVei2HYU17I70pV
        MVMX/ShlbpWXepzlUe+9KPuehEr/QaHErqKBP+kCgYA0jRqlgN8J32AIm4ZDUyBU
        XOHR9r3A+hhbAeWTgk7UlrpNk5JLOdHZKYIiGVXgLl3RjF8jkNmcPN6WxSOpU4pu
        a79n0RkjC1VdqA5ZobbffSUrMEPNXoFsdTIqeTyrjk7ISwcdGEBjwU4lFJI2FYRt
        3KxWbFvF77wspEnjhi/HGQKBgQC0OiPOUK2H6W/O5TFrVhZBtLkpUmk/ZfcJOftj
        o7WkAzJ4D6yIkS4iQH0KqsxLMDZ2YVnKX07yqTK/frGxUCOjyLLT6CQ9p3okz6d/
        VLM5wuMR0lhC97/jbcTm5gJPvzPEun+7Qg8Sh4FfbfWlh2dxS8kZAf39TKsfQaqd
        UDc0KQKBgFE1tjW/2Nrm4FnMK85cQhvkWWWV+R5ayNqz9yhaa1o72nLP5sMpT6Hc
        RWPMt1Teq/E3xHx68XUong222zafVyYniBdIWS1kXgSPgKeybgF0pOk7vWJiqPMz
        7sc9zu0A0xRsmdFX7STJDJej3HRiEYk35SViw9/3sKca1+UhPGVt
        -----END RSA PRIVATE KEY-----

        """

    private static let weakRSA = """
        -----BEGIN PRIVATE KEY-----
        MIICdgIBADANBgkqhkiG9w0BAQEFAASCAmAwggJcAgEAAoGBANonB7JzR2ronjZF
        6waITT57wswtAtHth576Bpd+tkxxGJJhYELs2d1gLLATcODq6bYQeVHKx62Pngqu
        hNXLwaBSkT0tHZpqYVQWnEif9RiakFbUjHAonbSzVx6okXYAptUaMOhuHjwFrE4P
        kg78ToRAheXY+oo4wZLDYPIXGFwZAgMBAAECgYBpGaC1sqBXu1Zt42WFsik0zz9c
        Stsu9HcAeoiueBev4FTsQQm1dJLJ+snM0rDxS3vpgSpR45Yr4iNMFiRdNFtF0/cx
        prAFKBZXi3Mq9relwYtsLugrUEScfqqC+AjzdPCzNFQ1RPuqbIxDKeDv0fhZPbUY
        QSmRYMpyzMLAlU5VYQJBAP3Vs+Houn/BYuct+LzOz1J44elPQDv4pIYoIDXH8wGb
        ILdqMlYQSHghQJhfavs6Pi7OfoJ7pAU9SzxZZVPo8oUCQQDcA2h9ciwESEg3sfpA
        kHKfVvXVGfsSxNcR7sgzrPWtAiLXDH3QsnMz2P0JrMwZRZvZyP+JuRwduVdP2bqn
        I/mFAkBcVAUQIPTlT1RIPoKBOsBSgUG6+Wal6bT+T04YAdi0NtbZoDka8OVLPN0g
        D2T8aJ0BrX56u7pXZYoeM24V7V95AkEAksgnTwH7wcOjgpzXs3lrL0jp64lQyz3N
        qqYepPMwWINDUSuBSNm1KBMNBgZliDq7dnm1mmGIE4CScrB06YuDrQJADcghrs/Z
        6byqPOVtzr1D/LDWQbBfHLUNBngVvRcKdyrXfsj/wSwwiOSBZzELOp8+HQ55rmav
        DU1bYAKqvuWLNg==
        -----END PRIVATE KEY-----

        """
}
