public import DNSZones

/// A change of a zone that waits for its turn.
public struct PendingChange: Sendable {
    public let zone: Zone
    /// Whom the completion is handed to; nil: it runs on the commit queue, and must be short.
    public let destination: CompletionDestination?
    /// Changes the draft, and tells whether that is to be kept and what to do in the end.
    let apply: @Sendable (inout ZoneDraft, _ wall: Int64) -> (isKept: Bool, completion: Completion)
    /// What to do where `apply` could not even be called.
    let failure: Completion

    typealias Completion = @Sendable (CommitResult) -> Void

    /// - Parameters:
    ///   - apply: called once, on the commit queue, with what the zone will be when everything before is committed. It is
    ///     given the wall time in seconds since 1970. Not called when the change fails before.
    ///   - completion: called once, with what `apply` gave as its outcome where it was called: after the change is on the
    ///     disk and seen by every query, or when it is clear that this will not be.
    public init<Outcome: Sendable>(
        zone: Zone, destination: CompletionDestination? = nil,
        apply: @escaping @Sendable (inout ZoneDraft, _ wall: Int64) -> Application<Outcome>,
        completion: @escaping @Sendable (CommitResult, Outcome?) -> Void
    ) {
        self.zone = zone
        self.destination = destination
        self.apply = { draft, wall in
            switch apply(&draft, wall) {
            case .keep(let outcome): (true, { completion($0, outcome) })
            case .undo(let outcome): (false, { completion($0, outcome) })
            }
        }
        failure = { completion($0, nil) }
    }
}

/// What becomes of a change that was tried on a draft.
public enum Application<Outcome: Sendable>: Sendable {
    /// It is committed with others.
    case keep(Outcome)
    /// It leaves no trace: it is refused.
    case undo(Outcome)
}

/// What became of a change.
public enum CommitResult: Sendable {
    /// It is on the disk, and what is answered now includes it: this version, or a later one.
    case committed(ZoneVersion)
    /// The change was undone, or there was nothing to change; nothing was written for it. What it was judged by is on the
    /// disk, and is answered.
    case unchanged
    /// Nothing of it was done, and the zone is what it was.
    case failed(StoreError)
}

/// Where completions are run. They come in batches, so that a thread is woken once for many of them.
public final class CompletionDestination: Sendable {
    let deliver: @Sendable ([Completed]) -> Void

    /// - Parameter deliver: called on the commit queue; it has all of the batch run elsewhere, in its order.
    public init(_ deliver: @escaping @Sendable ([Completed]) -> Void) { self.deliver = deliver }
}

/// A change that has its result.
public struct Completed: Sendable {
    let completion: PendingChange.Completion
    let result: CommitResult

    public func run() { completion(result) }
}

/// Completions that became due together.
struct CompletionBatch {
    /// Few: one for each worker.
    private var parts: [(destination: CompletionDestination?, completed: [Completed])] = []

    mutating func append(
        _ completion: @escaping PendingChange.Completion, _ result: CommitResult,
        for destination: CompletionDestination?
    ) {
        let completed = Completed(completion: completion, result: result)
        if let index = parts.firstIndex(where: { $0.destination === destination }) {
            parts[index].completed.append(completed)
        } else {
            parts.append((destination, [completed]))
        }
    }

    /// Hands all of them over.
    consuming func deliver() {
        for part in parts {
            if let destination = part.destination {
                destination.deliver(part.completed)
            } else {
                for completed in part.completed { completed.run() }
            }
        }
    }
}
