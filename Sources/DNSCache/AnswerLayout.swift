import DNSWire

/// How a finished answer lies in an entry's payload.
///
///     | flag bits | answer count | authority count | additional count | number of TTLs |
///     | rotation: offset | count | record length |          16 bits each
///     | sections, as they stand in a response | where in them the TTLs are, 16 bits each |
struct AnswerLayout {
    let flagBits: UInt16
    let answerCount: UInt16
    let authorityCount: UInt16
    let additionalCount: UInt16
    /// Octets of the sections.
    let bodyLength: Int
    let ttlCount: Int
    let rotationOffset: Int
    let rotationCount: Int
    let recordLength: Int

    static let fixedLength = 16

    static func payload(of answer: FinishedAnswer) -> [UInt8] {
        var payload = PayloadWriter()
        payload.bytes.reserveCapacity(fixedLength + answer.body.count + answer.ttlOffsets.count * 2)
        payload.put(answer.flagBits)
        payload.put(answer.answerCount)
        payload.put(answer.authorityCount)
        payload.put(answer.additionalCount)
        payload.put(UInt16(answer.ttlOffsets.count))
        payload.put(answer.rotation?.offset ?? 0)
        payload.put(answer.rotation?.count ?? 0)
        payload.put(answer.rotation?.recordLength ?? 0)
        payload.bytes += answer.body
        for offset in answer.ttlOffsets { payload.put(offset) }
        return payload.bytes
    }

    /// Nil where the numbers do not agree with each other, which would be a fault of ours.
    @inline(__always)
    init?(_ memory: borrowing BlockMemory, at start: Int, payloadLength: Int) {
        guard payloadLength >= Self.fixedLength else { return nil }
        let words = memory.load(start, as: (UInt64, UInt64).self)
        let (first, second) = (UInt64(bigEndian: words.0), UInt64(bigEndian: words.1))
        func field(_ word: UInt64, _ index: UInt64) -> UInt16 {
            UInt16(truncatingIfNeeded: word >> (48 - index * 16))
        }
        flagBits = field(first, 0)
        answerCount = field(first, 1)
        authorityCount = field(first, 2)
        additionalCount = field(first, 3)
        ttlCount = Int(field(second, 0))
        rotationOffset = Int(field(second, 1))
        rotationCount = Int(field(second, 2))
        recordLength = Int(field(second, 3))
        bodyLength = payloadLength - Self.fixedLength - ttlCount * 2
        guard rotationOffset + rotationCount * recordLength <= bodyLength else { return nil }
    }
}
