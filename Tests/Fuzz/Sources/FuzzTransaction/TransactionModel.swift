import DNSCrypto
import DNSWire
import DNSZones

/// RFC 8945 §5.2 by the book: all of the message parsed, and what was signed put together anew.
enum TransactionModel {
    /// The key by which a request is well signed; nil where there is none.
    static func key(_ packet: [UInt8], among keys: [TransactionKey], wall: Int64) -> TransactionKey? {
        guard let signature = signature(packet),
            let key = keys.first(where: { $0.name == signature.keyName }),
            signature.algorithm == key.algorithm.domainName, signature.isOfClassAny, signature.ttl == 0
        else { return nil }
        let fudge = Int64(min(signature.fudge, 300))
        guard abs(wall - signature.time) <= fudge else { return nil }
        guard (key.minimumMACLength...key.algorithm.length).contains(signature.mac.count) else { return nil }
        var digested = Array(packet[..<signature.start])
        digested[0] = UInt8(signature.originalID >> 8)
        digested[1] = UInt8(signature.originalID & 255)
        let count = UInt16(digested[10]) << 8 | UInt16(digested[11])
        digested[10] = UInt8((count - 1) >> 8)
        digested[11] = UInt8((count - 1) & 255)
        digested += key.name.wire + [0, 255, 0, 0, 0, 0] + key.algorithm.domainName.wire
        digested += signature.timeAndFudge + signature.errorAndOther
        var code = AuthenticationKey(key.algorithm, secret: key.secret).begin()
        code.absorb(digested)
        return Array(code.code().prefix(signature.mac.count)) == signature.mac ? key : nil
    }

    private struct Signature {
        var start: Int
        var keyName: DomainName
        var isOfClassAny: Bool
        var ttl: UInt32
        var algorithm: DomainName
        var time: Int64
        var fudge: UInt16
        var mac: [UInt8]
        var originalID: UInt16
        var timeAndFudge: [UInt8]
        var errorAndOther: [UInt8]
    }

    /// The last record, where it is a TSIG and the only one. Only names are left to the codec.
    private static func signature(_ packet: [UInt8]) -> Signature? {
        guard packet.count >= 12 else { return nil }
        func word(_ index: Int) -> Int? {
            index + 1 < packet.count ? Int(packet[index]) << 8 | Int(packet[index + 1]) : nil
        }
        func name(_ offset: inout Int) -> DomainName? { try? DomainName(parsing: packet.span, at: &offset) }
        var position = 12
        for _ in 0..<(word(4) ?? 0) {
            guard name(&position) != nil else { return nil }
            position += 4
        }
        let before = (word(6) ?? 0) + (word(8) ?? 0)
        let count = before + (word(10) ?? 0)
        guard count > before else { return nil }
        for index in 0..<count {
            let start = position
            guard let owner = name(&position), let type = word(position), let length = word(position + 8)
            else { return nil }
            let (fields, data) = (position, position + 10)
            position = data + length
            guard position <= packet.count else { return nil }
            guard type == 250 else { continue }
            guard index == count - 1, position == packet.count else { return nil }
            return read(packet, start, owner, fields, data..<position)
        }
        return nil
    }

    private static func read(
        _ packet: [UInt8], _ start: Int, _ owner: DomainName, _ fields: Int, _ data: Range<Int>
    ) -> Signature? {
        let end = data.upperBound
        var position = data.lowerBound
        guard let algorithm = try? DomainName(parsing: packet.span, at: &position),
            position - data.lowerBound == algorithm.wire.count, position + 10 <= end
        else { return nil }
        let timeAndFudge = Array(packet[position..<(position + 8)])
        let macLength = Int(packet[position + 8]) << 8 | Int(packet[position + 9])
        let macEnd = position + 10 + macLength
        guard macEnd + 6 <= end else { return nil }
        let otherLength = Int(packet[macEnd + 4]) << 8 | Int(packet[macEnd + 5])
        guard macEnd + 6 + otherLength == end else { return nil }
        return Signature(
            start: start, keyName: owner, isOfClassAny: packet[fields + 2] == 0 && packet[fields + 3] == 255,
            ttl: packet[(fields + 4)..<(fields + 8)].reduce(0) { $0 << 8 | UInt32($1) }, algorithm: algorithm,
            time: timeAndFudge.prefix(6).reduce(0) { $0 << 8 | Int64($1) },
            fudge: UInt16(timeAndFudge[6]) << 8 | UInt16(timeAndFudge[7]),
            mac: Array(packet[(position + 10)..<macEnd]),
            originalID: UInt16(packet[macEnd]) << 8 | UInt16(packet[macEnd + 1]),
            timeAndFudge: timeAndFudge, errorAndOther: Array(packet[(macEnd + 2)..<end]))
    }
}
