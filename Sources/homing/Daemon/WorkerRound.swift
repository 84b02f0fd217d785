import Dispatch
import DNSTransport

/// Has something done by every worker, each on its own queue, and waits until all have.
struct WorkerRound {
    private let workers: [Worker]
    private let patience: Double

    /// - Parameter seconds: how long they are waited for.
    init(_ workers: [Worker], seconds: Double) {
        self.workers = workers
        patience = seconds
    }

    /// Workers that have ended are left out. Not to be called on a worker's queue.
    func run(_ work: @escaping @Sendable (any WorkerService) -> Void) {
        let group = DispatchGroup()
        for worker in workers {
            group.enter()
            let isTaken = worker.submit { service in
                work(service)
                group.leave()
            }
            if !isTaken { group.leave() }
        }
        _ = group.wait(timeout: .now() + patience)
    }
}
