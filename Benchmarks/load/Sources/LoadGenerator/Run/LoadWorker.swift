/// One thread of a run: sends what is due, waits, takes what comes.
struct LoadWorker {
    let exchanges: Exchanges
    private let poller: Poller
    private let carrier: any Carrier
    private let progress: ThreadProgress
    private let duration: Int64
    private let patience: Int64

    /// Nanoseconds to wait where there is something to send and no room for it.
    private static let retry: Int64 = 1_000_000

    init(
        _ plan: LoadPlan, _ source: MessageSource, thread: (index: Int, count: Int),
        _ progress: ThreadProgress
    )
        throws(LoadFailure)
    {
        let pace = plan.pace.share(thread.index, of: thread.count)
        let connections =
            plan.connections / thread.count + (thread.index < plan.connections % thread.count ? 1 : 0)
        exchanges = Exchanges(source, pace, timeout: plan.timeout)
        poller = try Poller()
        carrier =
            plan.transport == .udp
            ? try DatagramCarrier(plan, connections: connections, exchanges, poller)
            : try StreamCarrier(plan, pace, connections: connections, exchanges, poller)
        self.progress = progress
        duration = Int64(plan.duration * 1e9)
        patience = Int64(plan.timeout * 1e9)
    }

    func open() throws(LoadFailure) { try carrier.open() }

    /// Nanoseconds from the first moment until the last answer, or until no more was sent.
    ///
    /// - Parameters:
    ///   - offset: of the schedule (`Schedule`).
    ///   - stop: asked once a turn; true ends the sending early.
    func run(offset: Double, isStopped: () -> Bool) throws(LoadFailure) -> Int64 {
        exchanges.readClocks()
        let start = exchanges.now
        var end = start + duration
        exchanges.start(until: end, offset: offset)
        while true {
            exchanges.readClocks()
            if exchanges.pacer.isRunning, exchanges.pacer.isFinished(at: exchanges.now) || isStopped() {
                end = exchanges.now
                exchanges.stop()
            }
            while let lost = exchanges.loseNext() { carrier.noteLoss(lost) }
            if !exchanges.pacer.isRunning, exchanges.inFlight == 0 || exchanges.now >= end + patience {
                break
            }
            try carrier.maintain()
            let allowance = exchanges.allowance()
            let isStuck = allowance > 0 && carrier.send(allowance) < allowance
            progress.publish(exchanges)
            wait(until: end, isStuck: isStuck)
        }
        return max(end, exchanges.lastAnswer) - start
    }

    private func wait(until end: Int64, isStuck: Bool) {
        var next = exchanges.nextLoss ?? .max
        if exchanges.pacer.isRunning {
            if exchanges.now < end { next = min(next, end) }
            // When there is no room, what is due does not matter.
            next = min(next, isStuck ? exchanges.now + Self.retry : exchanges.pacer.next ?? .max)
        }
        if let chore = carrier.nextChore { next = min(next, chore) }
        next = min(next, exchanges.now + ThreadProgress.longestWait)
        exchanges.readClocks()
        for event in 0..<poller.wait(next - exchanges.now) { carrier.handle(poller.event(event)) }
    }
}
