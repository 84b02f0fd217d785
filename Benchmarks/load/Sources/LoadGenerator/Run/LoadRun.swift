import CLoad
import Foundation
import Synchronization

/// One run: its threads from the first connection to the last answer.
public final class LoadRun: Sendable {
    private let plan: LoadPlan
    private let progress: [ThreadProgress]
    private let wasStopped = Atomic(false)
    private let results: Mutex<[Result<ThreadResult, LoadFailure>]> = Mutex([])
    /// The processor time used before the first query.
    private let before = Mutex<(own: ProcessorTime, server: ProcessorTime?)?>(nil)

    private struct ThreadResult: Sendable {
        let tally: Tally
        let nanoseconds: Int64
    }

    public init(_ plan: LoadPlan) {
        self.plan = plan
        progress = (0..<max(1, plan.threads)).map { _ in ThreadProgress() }
    }

    /// Has nothing more sent. May be called from any thread.
    public func stop() { wasStopped.store(true, ordering: .relaxed) }

    /// Does it all.
    ///
    /// - Parameter watch: called about once a second with how far it is, the seconds since the last call and those since
    ///   the beginning.
    public func run(watch: (_ progress: LoadProgress, _ interval: Double, _ elapsed: Double) -> Void)
        throws(LoadFailure)
        -> LoadReport
    {
        cload_ignore_broken_pipes()
        try checkDescriptors()
        let templates = plan.templates()
        let opened = DispatchGroup()
        let done = DispatchGroup()
        for index in progress.indices {
            opened.enter()
            done.enter()
            let thread = Thread { [self] in
                let result = work(templates, index, opened)
                if case .failure = result { stop() }
                results.withLock { $0.append(result) }
                done.leave()
            }
            thread.name = "load \(index)"
            thread.start()
        }
        opened.wait()
        follow(until: done, watch)
        return try report()
    }

    private func work(
        _ templates: QueryTemplates, _ index: Int, _ opened: DispatchGroup
    ) -> Result<ThreadResult, LoadFailure> {
        // Where it cannot be, open loops are a little less punctual, which the report shows.
        _ = cload_be_punctual()
        var hasOpened = false
        defer { if !hasOpened { opened.leave() } }
        do throws(LoadFailure) {
            let thread = (index: index, count: progress.count)
            let worker = try LoadWorker(
                plan, try plan.source(templates, thread), thread: thread, progress[index])
            try worker.open()
            hasOpened = true
            opened.leave()
            // All begin together.
            opened.wait()
            noteBeginning()
            let offset = Double(index) / Double(progress.count)
            let nanoseconds = try worker.run(offset: offset) { wasStopped.load(ordering: .relaxed) }
            return .success(ThreadResult(tally: worker.exchanges.tally, nanoseconds: nanoseconds))
        } catch {
            return .failure(error)
        }
    }

    private func checkDescriptors() throws(LoadFailure) {
        // Beside the connections: standard streams, one epoll a thread, the file of names.
        let needed = plan.connections + progress.count + 8
        let allowed = Int(clamping: cload_raise_descriptor_limit())
        guard needed <= allowed else { throw .tooFewDescriptors(needed: needed, allowed: allowed) }
    }

    private func noteBeginning() {
        before.withLock {
            if $0 == nil { $0 = (.own(), plan.serverProcess.flatMap { ProcessorTime.of(process: $0) }) }
        }
    }

    /// Tells how far it is until all threads are done.
    private func follow(until done: DispatchGroup, _ watch: (LoadProgress, Double, Double) -> Void) {
        let begun = ContinuousClock.now
        var lastTime = begun
        while done.wait(timeout: .now() + 1) == .timedOut {
            var sum = LoadProgress()
            for thread in progress { thread.add(to: &sum) }
            let now = ContinuousClock.now
            watch(sum, (now - lastTime) / .seconds(1), (now - begun) / .seconds(1))
            lastTime = now
        }
    }

    private func report() throws(LoadFailure) -> LoadReport {
        var tally = Tally()
        var nanoseconds: Int64 = 0
        for result in results.withLock({ $0 }) {
            let thread = try result.get()
            tally.add(thread.tally)
            nanoseconds = max(nanoseconds, thread.nanoseconds)
        }
        let (own, server) = before.withLock { $0 } ?? (.own(), nil)
        let serverNow = plan.serverProcess.flatMap { ProcessorTime.of(process: $0) }
        return LoadReport(
            plan: plan, tally: tally, seconds: Double(nanoseconds) / 1e9, processorTime: .own() - own,
            serverTime: server.flatMap { before in serverNow.map { $0 - before } })
    }
}

extension LoadPlan {
    /// Of all questions, for all threads.
    fileprivate func templates() -> QueryTemplates {
        guard case .queries(let work) = work else { return QueryTemplates([], QueryOptions()) }
        return QueryTemplates(work.questions, work.options)
    }

    fileprivate func source(
        _ templates: QueryTemplates, _ thread: (index: Int, count: Int)
    ) throws(LoadFailure) -> MessageSource {
        switch work {
        case .queries(let work):
            .queries(try QuerySource(work, templates, seed: seed, thread: thread))
        case .updates(let work): .updates(UpdateSource(work, thread: thread))
        }
    }
}
