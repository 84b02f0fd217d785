import DNSResolution
import DNSServer
import DNSValidation
import DNSWire
import Dispatch
import HomingConfiguration
import Logging
import Synchronization

/// Keeps the trust anchors up to date while the daemon runs: asks the zones that have one for their keys (RFC 5011),
/// and keeps what it learns on disk.
///
/// It runs on the daemon's own queue, where reloads happen as well, so that neither overtakes the other.
final class TrustAnchorKeeper: Sendable {
    /// Puts a question to a worker; the answer comes on the keeper's queue. Nobody may answer at all.
    typealias Ask = @Sendable (Question, @escaping @Sendable (Outcome) -> Void) -> Void
    /// Other anchors hold from now on; the parameter is whether something is not believed any more.
    typealias Publish = @Sendable (_ endsBelief: Bool) -> Void

    private let queue: DispatchQueue
    private let log: Logger
    private let now: @Sendable () -> Int64
    private let state: Mutex<State>

    private struct State {
        var store: TrustAnchorStore?
        /// Nil: nothing is validated.
        var validation: ResolverValidation?
        /// Nil: the anchors are the configured ones for good.
        var automated: AutomatedTrustAnchors?
        var isSaveBroken = false
        var ask: Ask?
        var publish: Publish?
        /// Of the sleep that counts; others have been overtaken.
        var sleep: UInt64 = 0
    }

    /// Seconds after which times are looked at again, however far off they seem: the clock may have been set.
    private static let longestSleep: Int64 = 3_600

    init(queue: DispatchQueue, log: Logger, now: @escaping @Sendable () -> Int64 = WallClock.now) {
        self.queue = queue
        self.log = log
        self.now = now
        state = Mutex(State())
    }

    /// What is believed now; nil when nothing is validated.
    var anchors: TrustAnchorSet? {
        state.withLock { $0.automated?.anchors ?? $0.validation?.anchors }
    }

    //--- Begin and end ---

    /// Reads what an earlier run has learned. To be called once, by who may read and write the state directory.
    ///
    /// What came of it is written when `start` is called: nobody is to wait for the disk before the first answer.
    func begin(_ settings: DaemonSettings) {
        apply(settings)
        let configured = settings.server.resolver.validation
        guard let validation = configured else { return }
        let anchors = self.anchors ?? validation.anchors
        for anchor in anchors.anchors {
            let tags = anchor.keyTags.map(String.init).joined(separator: " ")
            log.notice("trust anchor", metadata: ["zone": "\(anchor.zone)", "keys": "\(tags)"])
        }
        for zone in anchors.negativeAnchors {
            log.notice("negative trust anchor", metadata: ["zone": "\(zone)"])
        }
    }

    /// Follows new settings.
    func configure(_ settings: DaemonSettings) {
        apply(settings)
        save()
    }

    private func apply(_ settings: DaemonSettings) {
        let validation = settings.server.resolver.validation
        let dnssec = settings.configuration.dnssec
        let wall = now()
        for remark in validation?.remarks ?? [] { log.warning("\(remark)") }
        let isFollowing = validation != nil && dnssec.followRollovers
        let isNew = state.withLock { state in
            let isNew = isFollowing && state.automated == nil
            state.validation = validation
            if !isFollowing { state.automated = nil }
            if let validation { state.automated?.configure(validation.anchors, at: wall) }
            return isNew
        }
        if validation != nil, !isNew, let complaint = WallClock.complaint(at: wall, saved: nil) {
            log.error("\(complaint)")
        }
        guard isFollowing, let validation else { return }
        if isNew {
            load(
                TrustAnchorStore(directory: settings.configuration.process.stateDirectory),
                validation.anchors, wall)
        }
    }

    private func load(_ store: TrustAnchorStore, _ configured: TrustAnchorSet, _ wall: Int64) {
        var saved: TrustPointText.Contents?
        switch store.load() {
        case .nothing: break
        case .contents(let contents): saved = contents
        case .unreadable(let reason), .damaged(let reason):
            log.error("what was learned of trust anchors is lost, the configured ones hold: \(reason)")
        }
        if let complaint = WallClock.complaint(at: wall, saved: saved?.saved) { log.error("\(complaint)") }
        state.withLock { state in
            state.store = store
            state.automated = AutomatedTrustAnchors(
                configured: configured, saved: saved?.points ?? [], at: wall)
        }
    }

    /// Begins to ask.
    func start(asking ask: @escaping Ask, publishing publish: @escaping Publish) {
        state.withLock { state in
            state.ask = ask
            state.publish = publish
        }
        queue.async {
            self.save()
            self.tick()
        }
    }

    func stop() {
        state.withLock { state in
            state.sleep += 1
            state.ask = nil
        }
    }

    //--- Time ---

    /// Does what is due and sleeps until the next. To be called on the queue, and after every reload.
    func tick() {
        let wall = now()
        let (ask, zones) = state.withLock { ($0.ask, Self.dueZones(&$0, wall)) }
        guard let ask else { return }
        for zone in zones {
            ask(Question(zone, .dnskey)) { [weak self] outcome in self?.observe(zone, outcome) }
        }
        sleep(wall)
    }

    private static func dueZones(_ state: inout State, _ wall: Int64) -> [DomainName] {
        let zones = state.automated?.points.filter { $0.wait(at: wall) == 0 }.map(\.zone) ?? []
        // Until something better is heard of it.
        for zone in zones { state.automated?.fail(zone, at: wall) }
        return zones
    }

    private func sleep(_ wall: Int64) {
        let (sleep, wait) = state.withLock { state in
            state.sleep += 1
            return (state.sleep, state.automated?.next(at: wall)?.wait ?? Self.longestSleep)
        }
        let seconds = Int(min(max(wait, 1), Self.longestSleep))
        queue.asyncAfter(deadline: .now() + .seconds(seconds)) { [weak self] in
            guard let self, self.state.withLock({ $0.sleep }) == sleep else { return }
            self.tick()
        }
    }

    //--- What comes back ---

    /// A zone's answer to the question for its keys.
    private func observe(_ zone: DomainName, _ outcome: Outcome) {
        let wall = now()
        guard let rrset = outcome.answers.first(where: { $0.type == .dnskey && $0.ownerName == zone }) else {
            let reason = outcome.error?.text ?? "\(outcome.responseCode)"
            log.info(
                "the keys of a zone with a trust anchor could not be had",
                metadata: ["zone": "\(zone)", "reason": "\(reason)"])
            return
        }
        let news = state.withLock { state in Self.apply(rrset, to: zone, wall, &state) }
        guard let news else { return }
        for change in news.changes { report(change) }
        if !news.isValidated { reportUnvalidated(rrset, wall) }
        if news.isWithoutAnchor {
            log.error(
                "every key of a trust anchor has been revoked by its owner: the zone is not validated any more",
                metadata: ["zone": "\(zone)"])
        }
        save()
        if news.isOtherAnchor {
            state.withLock(\.publish)?(news.changes.contains(where: \.endsBelief))
        }
        sleep(wall)
    }

    private struct News {
        var changes: [TrustPoint.Change]
        var isValidated: Bool
        var isOtherAnchor: Bool
        var isWithoutAnchor: Bool
    }

    private static func apply(
        _ rrset: RRset, to zone: DomainName, _ wall: Int64, _ state: inout State
    ) -> News? {
        guard let validation = state.validation, let point = state.automated?.point(of: zone) else {
            return nil
        }
        var validator = Validator(settings: validation.settings, verifier: validation.verifier)
        let observation = validator.observe(rrset, of: point, wall: wall)
        let changes = state.automated?.apply(observation, to: zone, at: wall) ?? []
        let anchor = state.automated?.point(of: zone)?.anchor
        return News(
            changes: changes, isValidated: observation.isValidated, isOtherAnchor: anchor != point.anchor,
            isWithoutAnchor: anchor == nil && point.anchor != nil)
    }

    private func report(_ change: TrustPoint.Change) {
        let metadata: Logger.Metadata = ["zone": "\(change.zone)", "key": "\(change.keyTag)"]
        switch (change.from, change.to) {
        case (_, .pending?):
            log.notice(
                "a new key is announced; it is trusted when it has stayed for 30 days", metadata: metadata)
        case (nil, .valid?): log.info("a configured key was seen", metadata: metadata)
        case (_, .valid?): log.notice("a key is trusted from now on", metadata: metadata)
        case (_, .missing?):
            log.warning("a trusted key was taken away without being revoked", metadata: metadata)
        case (_, .revoked?):
            log.notice("a key was revoked by its owner and is trusted no more", metadata: metadata)
        case (_, .removed?): log.info("a revoked key is gone", metadata: metadata)
        case (_, nil): log.notice("an announced key was taken away", metadata: metadata)
        }
    }

    private func reportUnvalidated(_ rrset: RRset, _ wall: Int64) {
        log.warning(
            "the keys of a zone do not follow from its trust anchor", metadata: ["zone": "\(rrset.ownerName)"]
        )
        let distances = rrset.signatures.compactMap { Signature($0)?.distance(at: wall) }
        guard rrset.ownerName.isRoot, let distance = distances.min(by: { abs($0) < abs($1) }),
            let complaint = WallClock.complaint(at: wall, distance: distance)
        else { return }
        log.error("\(complaint)")
    }

    //--- The disk ---

    private func save() {
        let wall = now()
        let (store, points) = state.withLock { ($0.store, $0.automated?.points) }
        guard let store, let points else { return }
        do throws(SystemFailure) {
            try store.save(TrustPointText.Contents(points: points, saved: wall))
            state.withLock { $0.isSaveBroken = false }
        } catch {
            let isNews = state.withLock { state in
                defer { state.isSaveBroken = true }
                return !state.isSaveBroken
            }
            guard isNews else { return }
            log.warning(
                "what is learned of trust anchors cannot be saved, and is lost at the next start: \(error)",
                metadata: ["directory": "\(store.directory)"])
        }
    }
}

extension Signature {
    /// Seconds by which a clock is past its validity, or, negative, before it; 0 within.
    fileprivate func distance(at wall: Int64) -> Int64 {
        let now = UInt32(truncatingIfNeeded: wall)
        let past = Int64(Int32(bitPattern: now &- expiration))
        let before = Int64(Int32(bitPattern: inception &- now))
        return past > 0 ? past : before > 0 ? -before : 0
    }
}
