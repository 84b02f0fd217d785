import Synchronization

/// The signatures of one key that were lately found to hold, with the digests that they sign. The same RRset comes again and
/// again (the SOA and the apex's NSEC of a zone with every denial, the target of an alias), and to compare is a hundred times
/// cheaper than to check.
///
/// Only what was checked is in it, and whether a signature is in force is not its concern: what it says is as true tomorrow.
final class VerifiedSignatures: Sendable {
    private struct Ring {
        /// Signature and digest, one behind the other.
        var entries: [[UInt8]] = []
        var next = 0
    }

    /// With 4,096 keys of P-256 in the table, all of them in use, it is 10 MB.
    static let maximumCount = 16
    private let ring = Mutex(Ring())

    func contains(_ signature: ArraySlice<UInt8>, _ digest: [UInt8]) -> Bool {
        ring.withLock { ring in
            // Signatures of one key differ in their first octets.
            ring.entries.contains { $0.starts(with: signature) && $0.dropFirst(signature.count) == digest[...] }
        }
    }

    func insert(_ signature: ArraySlice<UInt8>, _ digest: [UInt8]) {
        ring.withLock { ring in
            if ring.entries.count < Self.maximumCount {
                ring.entries.append(Array(signature) + digest)
            } else {
                ring.entries[ring.next] = Array(signature) + digest
                ring.next = (ring.next + 1) % Self.maximumCount
            }
        }
    }
}
