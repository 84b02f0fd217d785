import DNSWire
import Foundation

@testable import DNSCrypto

/// Line breaks and all. Empty when it is no base64.
func octets(base64 text: String) -> [UInt8] {
    Data(base64Encoded: text, options: .ignoreUnknownCharacters).map(Array.init) ?? []
}

/// A zone key; its public key may be anything.
func zoneKey(_ algorithm: SecurityAlgorithm, _ publicKey: [UInt8]) -> DNSKey? {
    DNSKey(RData(unchecked: [1, 0, 3, algorithm.rawValue] + publicKey))
}

extension LibcryptoVerifier {
    func verify(
        _ signature: [UInt8], over data: [UInt8], _ algorithm: SecurityAlgorithm, _ publicKey: [UInt8]
    ) -> Bool {
        zoneKey(algorithm, publicKey).map { verify(signature[...], over: data, by: $0) } ?? false
    }
}

func records(_ masterFile: String) throws -> [Record] {
    var reader = MasterFileReader(text: masterFile, origin: .root)
    var records: [Record] = []
    while let record = try reader.next() { records.append(record) }
    return records
}

/// One signature of an RRset, with the key that it names.
struct SignedExample {
    let key: DNSKey
    let signature: Signature
    /// What was signed (RFC 4034 §3.1.8.1).
    let data: [UInt8]

    /// One for each RRSIG record of a master file, whose names are those that were signed.
    static func all(in masterFile: String) throws -> [SignedExample] {
        let records = try records(masterFile)
        let keys = records.filter { $0.type == .dnskey }.compactMap { DNSKey($0.rdata) }
        return records.filter { $0.type == .rrsig }.compactMap { record in
            guard let signature = Signature(record.rdata),
                let key = keys.first(where: { $0.keyTag == signature.keyTag })
            else { return nil }
            let covered = records.filter {
                $0.ownerName == record.ownerName && $0.type == signature.typeCovered
            }
            let rdatas = covered.map { $0.rdata.canonical(for: $0.type) }
            var data: [UInt8] = []
            signature.appendSignedPrefix(to: &data)
            for rdata in rdatas.sorted(by: { $0.lexicographicallyPrecedes($1) }) {
                data += record.ownerName.lowercase.wire
                data += octets(signature.typeCovered.rawValue) + octets(record.recordClass.rawValue)
                data += octets(signature.originalTTL) + octets(UInt16(rdata.count)) + rdata
            }
            return SignedExample(key: key, signature: signature, data: data)
        }
    }
}

private func octets(_ number: some FixedWidthInteger) -> [UInt8] {
    (0..<(number.bitWidth / 8)).reversed().map { UInt8(truncatingIfNeeded: number >> ($0 * 8)) }
}
