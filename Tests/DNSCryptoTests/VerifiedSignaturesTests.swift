import Testing

@testable import DNSCrypto

@Suite struct VerifiedSignaturesTests {
    private func octets(_ number: Int, _ count: Int) -> [UInt8] {
        [UInt8](repeating: UInt8(truncatingIfNeeded: number), count: count)
    }

    @Test("a signature is known with the digest that it was found to sign, and with no other")
    func pairs() {
        let known = VerifiedSignatures()
        known.insert(octets(1, 64)[...], octets(2, 32))
        #expect(known.contains(octets(1, 64)[...], octets(2, 32)))
        #expect(!known.contains(octets(1, 64)[...], octets(3, 32)))
        #expect(!known.contains(octets(3, 64)[...], octets(2, 32)))
        // What ends where the other begins is not taken for it.
        #expect(!known.contains(octets(1, 63)[...], octets(2, 32)))
        #expect(!known.contains(octets(1, 64)[...], octets(2, 31)))
    }

    @Test("the oldest goes when there are too many")
    func bounded() {
        let known = VerifiedSignatures()
        let count = VerifiedSignatures.maximumCount
        for number in 0...count { known.insert(octets(number, 64)[...], octets(number, 32)) }
        #expect(!known.contains(octets(0, 64)[...], octets(0, 32)))
        for number in 1...count { #expect(known.contains(octets(number, 64)[...], octets(number, 32))) }
    }
}
