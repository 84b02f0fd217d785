import DNSCrypto
import DNSWire
import Foundation
import Testing

@testable import DNSZones

/// Figures rather than verdicts, and so only where they are asked for, alone and optimised:
/// `HOMING_MEASURE=1 swift test -c release -Xswiftc -enable-testing --filter DNSZonesTests.TransactionMeasurementTests`.
@Suite(.serialized, .enabled(if: ProcessInfo.processInfo.environment["HOMING_MEASURE"] != nil))
struct TransactionMeasurementTests {
    /// Nanoseconds of this process's own CPU time.
    private func cpuTime() -> Int {
        var time = timespec()
        unsafe clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return time.tv_sec * 1_000_000_000 + time.tv_nsec
    }

    /// The best of five rounds, which the least of others' work has disturbed.
    private func nanoseconds(rounds: Int = 20_000, _ body: () -> Void) -> Int {
        (0..<5).map { _ in
            let start = cpuTime()
            for _ in 0..<rounds { body() }
            return (cpuTime() - start) / rounds
        }.min() ?? 0
    }

    @Test func codes() {
        for algorithm in AuthenticationAlgorithm.allCases {
            let key = AuthenticationKey(algorithm, secret: Array(repeating: 7, count: 32))
            let data = [UInt8](repeating: 1, count: 100)
            let time = nanoseconds {
                var mac = key.begin()
                mac.absorb(data)
                _ = mac.code()
            }
            let making = nanoseconds { _ = AuthenticationKey(algorithm, secret: data) }
            print("\(algorithm.rawValue) of 100 octets: \(time) ns, preparing a key \(making) ns")
        }
    }

    @Test func updates() {
        for example in TransactionVectorTests.examples {
            let keys = KeyRing(
                (0..<100).compactMap { try? TransactionKey(DomainName("k\($0)."), .hmacSHA1, secret: [1]) }
                    + [example.key])
            var buffer = Vectors.response + Array(repeating: 0, count: 1_000)
            let verification = nanoseconds {
                _ = TransactionVerifier.verify(example.request.span, keys: keys, wall: Vectors.wall)
            }
            guard let session = judge(example.request, [example.key]).session else { continue }
            let signing = nanoseconds {
                var session = session
                var span = buffer.mutableSpan
                _ = session.sign(&span, length: Vectors.response.count, limit: 512, wall: Vectors.wall)
            }
            print(
                "\(example.key.algorithm.rawValue): verifying an UPDATE of \(example.request.count) octets \(verification) ns, signing its response \(signing) ns"
            )
        }
    }

    @Test func unsigned() {
        let keys = KeyRing([Vectors.key()])
        for (what, packet) in [("UPDATE", Vectors.request), ("query with OPT", Vectors.query)] {
            let view = QueryView(packet.span)
            let reading = nanoseconds(rounds: 200_000) { _ = QueryView(packet.span) }
            let time = nanoseconds(rounds: 200_000) {
                _ = TransactionVerifier.verify(packet.span, view, keys: keys, wall: Vectors.wall)
            }
            print("unsigned \(what): \(time) ns, besides reading it in place \(reading) ns")
        }
        var update = Vectors.request
        update += [0, 0, 41, 4, 0xd0, 0, 0, 0, 0, 0, 0]
        update[11] = 1
        let view = QueryView(update.span)
        let time = nanoseconds(rounds: 200_000) {
            _ = TransactionVerifier.verify(update.span, view, keys: keys, wall: Vectors.wall)
        }
        print("unsigned UPDATE with OPT: \(time) ns")
    }

    @Test func privateKeys() throws {
        let verifier = SIG0Verifier(LibcryptoVerifier())
        for example in SIG0Vectors.examples {
            let key = try Record(text: "a. 0 IN KEY \(example.key)").rdata
            let time = nanoseconds(rounds: 300) {
                _ = verifier.verify(example.packet.span, wall: example.wall) { _ in [key] }
            }
            print("SIG(0), \(example.key.prefix(10))...: \(time / 1000) µs")
        }
    }
}
