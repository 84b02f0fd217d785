import DNSWire
import DNSZones
import Testing

@Suite struct SerialNumberTests {
    @Test func `newer is less than half a circle ahead`() {
        #expect(SerialNumber(1).isNewer(than: SerialNumber(0)))
        #expect(SerialNumber(0).isNewer(than: SerialNumber(.max)))
        #expect(!SerialNumber(5).isNewer(than: SerialNumber(5)))
        #expect(!SerialNumber(0x8000_0000).isNewer(than: SerialNumber(0)))
        #expect(SerialNumber(0x7fff_ffff).isNewer(than: SerialNumber(0)))
    }

    @Test(arguments: [
        (SerialPolicy.increment, UInt32.max, Int64(0), UInt32(1)),
        (.increment, 41, 0, 42),
        (.date, 1, 951_782_400, 2_000_022_900),
        (.date, 2_000_022_900, 951_782_400, 2_000_022_901),
        (.unixtime, 7, 1_700_000_000, 1_700_000_000),
        (.unixtime, 1_700_000_000, 1_700_000_000, 1_700_000_001),
    ])
    func `policies move on`(_ policy: SerialPolicy, _ old: UInt32, _ wall: Int64, _ new: UInt32) {
        #expect(policy.serial(after: SerialNumber(old), wall: wall) == SerialNumber(new))
    }
}
