public import DNSWire

/// Trust anchors as DS and DNSKEY records of a master file: what `dnssec-dsfromkey` and Debian's `root.key` hold.
///
/// Class and TTL may be left out and mean nothing. Names without a final dot are absolute.
public enum TrustAnchorFile {
    /// What is wrong with a record, or with the text.
    public struct Fault: Error, Hashable, Sendable, CustomStringConvertible {
        /// `file:line:column: reason`
        public let description: String
    }

    /// At least one fault, in the order of the file.
    public struct Faults: Error, Hashable, Sendable {
        public let faults: [Fault]
    }

    /// More is surely no list of trust anchors.
    public static let maximumRecords = 1_024

    /// The anchors, one for each zone, in the order of their first record.
    public static func anchors(in source: MasterFileSource) throws(Faults) -> [TrustAnchor] {
        var collection = Collection()
        var reader = MasterFileReader(source, origin: .root, defaultTTL: 0)
        do throws(TextError) {
            while let record = try reader.next() {
                let place = "\(reader.sourceName ?? source.name):\(reader.place.line):\(reader.place.column)"
                collection.add(record, at: place)
                guard collection.count <= maximumRecords else {
                    collection.report("more than \(maximumRecords) records", at: place)
                    break
                }
            }
        } catch {
            // What the text is not ends the reading; what was found before is worth knowing all the same.
            collection.faults.append(Fault(description: error.description))
        }
        if collection.faults.isEmpty, collection.anchors.isEmpty {
            collection.faults.append(Fault(description: "\(source.name): no DS or DNSKEY record in it"))
        }
        guard collection.faults.isEmpty else { throw Faults(faults: collection.faults) }
        return collection.anchors
    }

    private struct Collection {
        var anchors: [TrustAnchor] = []
        private var positions: [DomainName: Int] = [:]
        var faults: [Fault] = []
        private(set) var count = 0

        mutating func report(_ reason: String, at place: String) {
            faults.append(Fault(description: "\(place): \(reason)"))
        }

        mutating func add(_ record: Record, at place: String) {
            count += 1
            switch TrustAnchorFile.anchor(of: record) {
            case .failure(let reason):
                report("\(reason.text): \(record.ownerName) \(record.type)", at: place)
            case .success(let anchor):
                if let position = positions[anchor.zone] {
                    anchors[position] = anchors[position].merging(anchor)
                } else {
                    positions[anchor.zone] = anchors.count
                    anchors.append(anchor)
                }
            }
        }
    }

    private struct Reason: Error {
        let text: String
    }

    private static func anchor(of record: Record) -> Result<TrustAnchor, Reason> {
        func failure(_ text: String) -> Result<TrustAnchor, Reason> { .failure(Reason(text: text)) }
        guard record.recordClass == .internet else { return failure("a trust anchor has class IN") }
        switch record.type {
        case .ds:
            guard let signer = DelegationSigner(record.rdata) else { return failure("no digest") }
            if let length = digestLength(signer.digestType), length != signer.digest.count {
                return failure(
                    "a digest of type \(signer.digestType) has \(length) octets, not \(signer.digest.count)")
            }
            return .success(TrustAnchor(zone: record.ownerName, signers: [signer]))
        case .dnskey:
            guard let key = DNSKey(record.rdata) else {
                return failure("the key is not one for DNSSEC: its protocol is not 3, or it is empty")
            }
            guard key.isZoneKey else { return failure("not a zone key: its flags lack 256") }
            guard !key.isRevoked else { return failure("a revoked key: its flags have 128") }
            return .success(TrustAnchor(zone: record.ownerName, keys: [key]))
        default:
            return failure("neither DS nor DNSKEY")
        }
    }

    /// Octets; nil for a type that is not known here.
    private static func digestLength(_ type: DigestType) -> Int? {
        switch type {
        case .sha1: 20
        case .sha256: 32
        case .sha384: 48
        default: nil
        }
    }
}
