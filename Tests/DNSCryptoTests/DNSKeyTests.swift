import DNSWire
import Testing

/// The key tag of the example in RFC 4034 §5.4, whose DS record names it.
@Test("the key tag is the checksum of the RDATA")
func keyTag() throws {
    let line = """
        dskey.example.com. 86400 IN DNSKEY 256 3 5 ( AQOeiiR0GOMYkDshWoSKz9XzfwJr1AYtsmx3TGkJaNXVbfi/
        2pHm822aJ5iI9BMzNXxeYCmZDRD99WYwYqUSdjMmmAphXdvxegXd/M5+X7OrzKBaMbCVdFLUUh6DhweJBjEVv5f2wwjM9Xzc
        nOf+EPbtG9DMBmADjFDc2w/rljwvFw== )
        """
    var reader = MasterFileReader(text: line, origin: .root)
    let record = try #require(try reader.next())
    let key = try #require(DNSKey(record.rdata))
    #expect(key.keyTag == 60485 && key.algorithm == .rsaSHA1 && key.isZoneKey && !key.isRevoked)
}
