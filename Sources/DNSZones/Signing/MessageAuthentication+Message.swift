import DNSCrypto
import DNSWire

/// The parts of messages that MACs cover (RFC 8945 §4.3).
extension MessageAuthentication {
    /// A MAC that stands before what is digested, its length in front of it (§4.3.1).
    mutating func absorb(mac: [UInt8]) {
        absorb([UInt8(truncatingIfNeeded: mac.count >> 8), UInt8(truncatingIfNeeded: mac.count)])
        absorb(mac)
    }

    /// A message as it was before it was signed (§4.3.2).
    mutating func absorb(signed message: Span<UInt8>, at place: SignaturePlace, id: UInt16) {
        absorb(message.unsignedHeader(id: id))
        absorb(message.extracting(Header.length..<place.start))
    }
}

extension Span where Element == UInt8 {
    /// The header before the message was signed: with the ID of then, and one additional record less. The message must have
    /// a header, and that record.
    func unsignedHeader(id: UInt16) -> [UInt8] {
        guard var header = try? Header(parsing: self) else { return [] }
        header.id = id
        header.additionalCount &-= 1
        var bytes: [UInt8] = []
        bytes.reserveCapacity(Header.length)
        header.compose(to: &bytes)
        return bytes
    }
}
