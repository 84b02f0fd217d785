import Synchronization

/// The signatures of one key that were lately found to hold, with the digests that they sign. The same RRset comes again and
/// again (the SOA and the apex's NSEC of a zone with every denial, the target of an alias), and to compare is a hundred times
/// cheaper than to check.
///
/// Only what was checked is in it, and whether a signature is in force is not its concern: what it says is as true tomorrow.
final class VerifiedSignatures: Sendable {
    private struct Entry {
        /// The first octets of the signature, which differ for all that a key makes.
        let mark: UInt64
        let signature: [UInt8]
        let digest: [UInt8]

        init(_ signature: ArraySlice<UInt8>, _ digest: [UInt8]) {
            mark = Self.mark(signature)
            self.signature = Array(signature)
            self.digest = digest
        }

        static func mark(_ signature: ArraySlice<UInt8>) -> UInt64 {
            signature.prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
        }
    }

    private struct Ring {
        var entries: [Entry] = []
        var next = 0
    }

    /// With 4,096 keys of P-256 in the table, all of them in use, it is 14 MB.
    static let maximumCount = 16
    private let ring = Mutex(Ring())

    func contains(_ signature: ArraySlice<UInt8>, _ digest: [UInt8]) -> Bool {
        let mark = Entry.mark(signature)
        return ring.withLock { ring in
            ring.entries.contains { entry in
                entry.mark == mark && entry.digest == digest && entry.signature[...] == signature
            }
        }
    }

    func insert(_ signature: ArraySlice<UInt8>, _ digest: [UInt8]) {
        let entry = Entry(signature, digest)
        ring.withLock { ring in
            if ring.entries.count < Self.maximumCount {
                ring.entries.append(entry)
            } else {
                ring.entries[ring.next] = entry
                ring.next = (ring.next + 1) % Self.maximumCount
            }
        }
    }
}
