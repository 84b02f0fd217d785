import DNSWire
import Synchronization

@testable import homing

/// Seconds that a test waits for what must come; only then it fails. Other programs may hold the machine for long.
let patience = 60.0

struct NotInTime: Error {}

/// Looks again and again until `condition` holds; for what nothing tells of.
func wait(until condition: () throws -> Bool) throws {
    let deadline = Deadline(seconds: patience)
    while try !condition() {
        guard deadline.milliseconds > 0 else { throw NotInTime() }
    }
}

/// A result that another thread makes.
final class ResultBox: Sendable {
    private let box = Mutex<Bool?>(nil)

    var value: Bool? {
        get { box.withLock { $0 } }
        set { box.withLock { $0 = newValue } }
    }
}

extension Message {
    var extendedErrors: [ExtendedError.Code] {
        edns?.options.compactMap { if case .extendedError(let error) = $0 { error.code } else { nil } } ?? []
    }
}
