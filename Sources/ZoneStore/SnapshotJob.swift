import DNSZones

/// A snapshot on its way to the database, a few pieces in each transaction. The last of these makes it the one that counts;
/// until then nothing points to its pieces, and a start sweeps them up.
final class SnapshotJob {
    let stored: StoredZone
    let generation: JournalRow.Generation
    let purpose: Purpose
    /// The generation that counted when the job began. A zone that was replaced in between has another.
    let generationBefore: Int64
    var pieces: StoredSnapshot?
    var number: Int64 = 0
    var octets: Int64 = 0

    enum Purpose {
        /// The same version in fewer rows, so that a start does not have to go through all changes.
        case background(covered: Int64, octetsSinceSnapshot: Int)
        /// A new zone; nil: it has no version yet.
        case creation(ZoneVersion?, @Sendable (Result<Zone, StoreError>) -> Void)
        /// Another version, of which it is not known how it came from the one before.
        case replacement(ZoneVersion, SecondaryState?, CompletionDestination?, PendingChange.Completion)
    }

    init(_ stored: StoredZone, _ version: ZoneVersion?, _ purpose: Purpose) {
        self.stored = stored
        generation = stored.takeGeneration()
        generationBefore = stored.row.snapshot.generation
        pieces = version.map { StoredSnapshot($0) }
        self.purpose = purpose
    }

    var isCreation: Bool {
        if case .creation = purpose { true } else { false }
    }

    /// What is written of it in one transaction.
    struct Step {
        let job: SnapshotJob
        let pieces: [[UInt8]]
        /// Of all pieces.
        let octets: Int
        /// Of the first piece.
        let firstNumber: Int64
        let isLast: Bool
    }

    /// - Parameter limit: when there are as many octets, no further piece is taken.
    func nextStep(octets limit: Int) -> Step {
        var taken: [[UInt8]] = []
        var count = 0
        while count < limit, let piece = pieces?.nextPiece() {
            taken.append(piece)
            count += piece.count
        }
        let step = Step(
            job: self, pieces: taken, octets: count, firstNumber: number, isLast: pieces?.isAtEnd ?? true)
        number += Int64(taken.count)
        octets += Int64(count)
        return step
    }

    /// What its zone's row says of it at the end.
    func row(covered: Int64) -> ZoneRow.SnapshotRow {
        guard number > 0 else { return ZoneRow.SnapshotRow() }
        return ZoneRow.SnapshotRow(
            generation: generation.generation, pieces: number, octets: octets, covered: covered)
    }
}
