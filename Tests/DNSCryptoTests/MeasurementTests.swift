import DNSWire
import Foundation
import Testing

@testable import DNSCrypto

/// Figures rather than verdicts, and so only where they are asked for, alone and optimised:
/// `HOMING_MEASURE=1 swift test -c release -Xswiftc -enable-testing --filter DNSCryptoTests.MeasurementTests`.
@Suite(.serialized, .enabled(if: ProcessInfo.processInfo.environment["HOMING_MEASURE"] != nil))
struct MeasurementTests {
    /// Nanoseconds of this process's own CPU time.
    private func cpuTime() -> Int {
        var time = timespec()
        unsafe clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return time.tv_sec * 1_000_000_000 + time.tv_nsec
    }

    private func residentOctets() -> Int {
        let line = (try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8)) ?? ""
        return line.split(separator: " ").dropFirst().first.flatMap { Int($0) }.map { $0 * 4096 } ?? 0
    }

    /// The best of five rounds, which the least of others' work has disturbed.
    private func nanoseconds(rounds: Int, _ body: () -> Void) -> Int {
        (0..<5).map { _ in
            let start = cpuTime()
            for _ in 0..<rounds { body() }
            return (cpuTime() - start) / rounds
        }.min() ?? 0
    }

    private func microseconds(_ nanoseconds: Int) -> String {
        String(format: "%.1f µs", Double(nanoseconds) / 1000)
    }

    @Test func verification() throws {
        let verifier = LibcryptoVerifier()
        for (masterFile, algorithm, _) in SignatureTests.examples {
            let example = try #require(try SignedExample.all(in: masterFile).first)
            let time = nanoseconds(rounds: 500) {
                _ = verifier.verify(example.signature.octets, over: example.data, by: example.key)
            }
            let parsing = nanoseconds(rounds: 200) { _ = example.key.parsed }
            print(
                "\(algorithm), \(example.key.publicKey.count) octets of key: \(microseconds(time)),",
                "parsing \(microseconds(parsing))")
        }
        for vector in RSAVectors.accepted + [RSAVectors.cubed] {
            let key = try #require(zoneKey(vector.algorithm, vector.key))
            let time = nanoseconds(rounds: 500) {
                _ = verifier.verify(vector.signature[...], over: RSAVectors.data, by: key)
            }
            let parsing = nanoseconds(rounds: 200) { _ = key.parsed }
            print("\(vector.testDescription): \(microseconds(time)), parsing \(microseconds(parsing))")
        }
    }

    @Test func nextSecure3Hash() throws {
        let verifier = LibcryptoVerifier()
        let name = try DomainName("www.some-name.example.com.", relativeTo: .root)
        for (iterations, saltLength) in [(0, 0), (0, 8), (50, 0), (50, 8), (50, 64)] {
            let parameters = NextSecure3Parameters(
                hashAlgorithm: 1, iterations: UInt16(iterations), salt: Array(repeating: 7, count: saltLength)
            )
            let time = nanoseconds(rounds: 5_000) { _ = verifier.hash(name, parameters) }
            print("NSEC3, \(iterations) iterations, \(saltLength) octets of salt: \(time) ns")
        }
    }

    @Test func digests() {
        let verifier = LibcryptoVerifier()
        let data = [UInt8](repeating: 7, count: 300)
        for type in [DigestType.sha1, .sha256, .sha384] {
            let time = nanoseconds(rounds: 5_000) { _ = verifier.digest(type, of: data) }
            print("\(type) of 300 octets: \(time) ns")
        }
    }

    /// Of the keys that the table may hold at most, in the algorithm that takes the most for each.
    @Test func memory() throws {
        let table = KeyTable()
        let example = try #require(try SignedExample.all(in: StandardVectors.p384).first)
        let longest = try #require(RSAVectors.accepted.first { $0.bits == 4096 })
        for (algorithm, publicKey) in [
            (SecurityAlgorithm.ecdsaP384SHA384, Array(example.key.publicKey)), (.rsaSHA256, longest.key),
        ] {
            let before = residentOctets()
            let keys = (0..<(KeyTable.maximumCount / 2)).compactMap { number in
                // Flags that nobody minds make as many keys of one.
                DNSKey(
                    RData(
                        unchecked: [UInt8(number >> 8), UInt8(number & 0xff), 3, algorithm.rawValue]
                            + publicKey))
            }
            let made = residentOctets()
            for key in keys { #expect(table.publicKey(of: key) != nil) }
            let octets = (residentOctets() - made) / keys.count
            print("\(algorithm): \(octets) octets a key, \((made - before) / keys.count) of them its RDATA")
        }
    }
}
