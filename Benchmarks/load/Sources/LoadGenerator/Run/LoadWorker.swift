/// One thread of a run: sends what is due, waits, takes what comes.
struct LoadWorker {
    let exchanges: Exchanges
    private let poller: Poller
    private let carrier: any Carrier
    private let progress: ThreadProgress
    private let duration: Int64

    /// Nanoseconds to wait where there is something to send and no room for it.
    private static let retry: Int64 = 1_000_000
    /// Queries sent before answers are looked for again: fewer than a turn can read, so that answers do not lie unread
    /// while more is asked.
    private static let sendsPerTurn = 1_024

    /// What a turn has left to send.
    private enum Leftover { case nothing, noRoom, more }

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
        let end = start + duration
        exchanges.start(until: end, offset: offset)
        while true {
            exchanges.readClocks()
            if isStopped() { exchanges.end() }
            let hasStopped = exchanges.stopIfFinished()
            while let lost = exchanges.loseNext() { carrier.noteLoss(lost) }
            if hasStopped, exchanges.inFlight == 0 { break }
            try carrier.maintain()
            let leftover = send()
            progress.publish(exchanges)
            wait(leftover, until: end)
        }
        return max(min(end, exchanges.now), exchanges.lastAnswer) - start
    }

    private func send() -> Leftover {
        let allowance = exchanges.allowance()
        guard allowance > 0 else { return .nothing }
        let share = min(allowance, Self.sendsPerTurn)
        let sent = carrier.send(share)
        return sent < share ? .noRoom : sent < allowance ? .more : .nothing
    }

    private func wait(_ leftover: Leftover, until end: Int64) {
        exchanges.readClocks()
        var next = exchanges.now + ThreadProgress.longestWait
        switch leftover {
        case .more: next = exchanges.now
        // When there is no room, what is due does not matter.
        case .noRoom: next = exchanges.now + Self.retry
        case .nothing: if let due = exchanges.pacer.next { next = min(next, due) }
        }
        // At the end there is something to do once.
        if exchanges.pacer.isRunning, exchanges.now < end { next = min(next, end) }
        for moment in [exchanges.nextLoss, carrier.nextChore] { next = min(next, moment ?? .max) }
        for event in 0..<poller.wait(next - exchanges.now) { carrier.handle(poller.event(event)) }
    }
}
