import DNSTransport
import DNSWire
import DNSZones
import Synchronization
public import ZoneStore

/// What has happened to zones, on its way to the worker that has their traffic. From any thread. What happens several times is
/// remembered once, and the worker is woken once for all of it.
public final class ZoneNews: Sendable {
    struct Contents: Sendable {
        /// Zones that came or went, or have another version, or none any more.
        var published: Set<DomainName> = []
        /// Whether any zone may have other settings.
        var areSettingsChanged = false
        /// NOTIFY messages that were accepted, by zone.
        var notified: [DomainName: AcceptedNotify] = [:]
        /// What clients did that may be secondaries.
        var followers: [Follower: FollowerNews] = [:]
        /// Of the transfers that come in, in their order; by their exchange.
        var receptions: [(exchange: ExchangeID, report: TransferReception.Report)] = []
        var commits: [Commit] = []
    }

    /// What became of a version that was transferred.
    struct Commit: Sendable {
        /// Which of the secondary zones, by the number that it has had here.
        let secondary: UInt64
        let apex: DomainName
        let step: Int
        let result: CommitResult
    }

    /// One for however many came.
    struct AcceptedNotify: Sendable, Hashable {
        /// The index of the primary that sent the last one, where it is known.
        var primary: Int?
        /// The newest that was told of; nil where one told of none.
        var serial: SerialNumber?

        mutating func merge(_ other: AcceptedNotify) {
            primary = other.primary
            guard let old = serial, let new = other.serial else { return serial = nil }
            serial = new.isNewer(than: old) ? new : old
        }
    }

    struct Follower: Sendable, Hashable {
        let apex: DomainName
        let client: IPAddress
    }

    struct FollowerNews: Sendable, Hashable {
        /// The version that it has, as its last IXFR request said.
        var has: SerialNumber?
        /// The version that was sent to it completely, behind all that it asked.
        var transferred: SerialNumber?
    }

    /// Followers between two looks of the worker: as many as are remembered at all.
    private static let maximumFollowers = 4_096

    private struct State: Sendable {
        var contents = Contents()
        /// Whether the worker knows that there is something.
        var isAwaited = false
    }

    private let state = Mutex(State())
    private let link: WorkerLink

    /// - Parameter link: to the worker that has the traffic.
    public init(_ link: WorkerLink) { self.link = link }

    // --- What happens ---

    /// To be called for every publication of the store, which tells of zones that come and go, too.
    public func published(_ publication: Publication) {
        put { $0.published.insert(publication.zone.apex) }
    }

    /// To be called when zones were given other settings.
    public func settingsChanged() {
        put { $0.areSettingsChanged = true }
    }

    /// - Parameter apex: of a secondary zone that is held here.
    func notified(_ apex: DomainName, _ notify: AcceptedNotify) {
        put { contents in
            if contents.notified[apex]?.merge(notify) == nil { contents.notified[apex] = notify }
        }
    }

    /// A client asked for the SOA record of a zone, or for changes of it.
    func asked(_ apex: DomainName, by client: IPAddress, has serial: SerialNumber? = nil) {
        follow(Follower(apex: apex, client: client)) { news in
            news.has = serial ?? news.has
            news.transferred = nil
        }
    }

    func transferred(_ apex: DomainName, to client: IPAddress, _ serial: SerialNumber) {
        follow(Follower(apex: apex, client: client)) { $0.transferred = serial }
    }

    private func follow(_ follower: Follower, _ change: (inout FollowerNews) -> Void) {
        put { contents in
            guard contents.followers[follower] != nil || contents.followers.count < Self.maximumFollowers
            else { return }
            change(&contents.followers[follower, default: FollowerNews()])
        }
    }

    // --- What was begun here and is done ---

    func reported(_ report: TransferReception.Report, of exchange: ExchangeID) {
        put { $0.receptions.append((exchange, report)) }
    }

    func committed(_ commit: Commit) {
        put { $0.commits.append(commit) }
    }

    // --- Handing over ---

    private func put(_ change: (inout Contents) -> Void) {
        let isFirst = state.withLock { state in
            change(&state.contents)
            defer { state.isAwaited = true }
            return !state.isAwaited
        }
        guard isFirst else { return }
        let isTaken = link.submit { ($0 as? ResolverService)?.traffic?.takeNews() }
        // Before the worker is there, or while it does not keep up: it looks by itself later, and the next news tries again.
        if !isTaken { state.withLock { $0.isAwaited = false } }
    }

    func takeAll() -> Contents {
        state.withLock { state in
            defer { state = State() }
            return state.contents
        }
    }
}
