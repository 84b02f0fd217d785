import Dispatch
import Testing

@testable import ZoneStore
@testable import homing

extension ZonesHouse {
    /// Has every commit fail from now on as on a full disk, or no longer.
    func failCommits(_ areFailing: Bool) throws {
        let done = DispatchSemaphore(value: 0)
        let isTaken = try store.inbox.put { committer in
            committer.database.beforeCommit = areFailing ? { throw StoreError("no room") } : nil
            done.signal()
        }
        #expect(isTaken)
        done.wait()
    }
}
