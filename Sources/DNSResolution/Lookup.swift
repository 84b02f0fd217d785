import DNSCache
import DNSWire

/// One name and type on its way, within a resolution, which is its one owner.
final class Lookup {
    enum Purpose: Equatable {
        case client
        /// An address of a name server of `zone`.
        case address
        /// The root's servers (RFC 8109).
        case priming
        /// A link of the chain of trust: DS or DNSKEY.
        case trust
        /// The rest of the answer once more, because what one server gave is bogus.
        case secondOpinion
    }

    let question: Question
    let purpose: Purpose
    /// How many lookups stand above.
    let depth: Int
    /// What is asked for now: differs from the question behind an alias.
    var qname: DomainName
    var findings: [Finding] = []
    var aliasCount = 0
    /// Where the lookup is: nil until a zone has been chosen.
    var zone: ZoneState?
    /// The lookups that this one waits on, and those that wait on it.
    var children: Set<Resolution.LookupID> = []
    var waiters: Set<Resolution.LookupID> = []
    /// Prefetch: the cache's own answer to the question is not taken.
    var skipsCache = false
    /// A forwarder failed and the choice is to go on without.
    var ignoresForwarders = false
    /// Zones whose cached delegation proved useless and was fetched again: once each.
    var refetched: Set<DomainName> = []
    /// Servers that were of no use before that.
    var exhausted: Set<SocketAddress> = []
    /// Servers of a zone that gave bogus data: others are asked.
    var distrusted: Distrusted?
    /// The reason that will be told if nothing better comes.
    var failure: ExtendedError?
    var wasPrimed = false

    init(_ question: Question, purpose: Purpose, depth: Int) {
        self.question = question
        self.purpose = purpose
        self.depth = depth
        qname = question.qname
    }

    var current: Question { Question(qname, question.qtype, question.qclass) }

    /// Adds what one response brought, which most often is all there is: then the array is taken as it is.
    func add(_ found: [Finding]) {
        findings = findings.isEmpty ? found : findings + found
    }
}

/// Servers that are not asked for one zone's data.
struct Distrusted {
    let zone: DomainName
    var servers: Set<SocketAddress>
}

/// The zone that a lookup is asking, and how far it has got with its servers. It belongs to that lookup alone.
final class ZoneState {
    enum Kind: Equatable {
        case recursion
        case forward(fallsBack: Bool)
    }

    let zone: DomainName
    let kind: Kind
    /// The delegation came out of the cache, so it may be out of date.
    let isFromCache: Bool
    /// Milliseconds of uptime at which the parent's word for this zone ends; what is below may not outlive it.
    var expiry = Int64.max
    var servers: [ServerState]
    /// The servers that its parent names, where it has been delegated.
    var nameServers: [Delegation.NameServer] = []
    /// Addresses of servers that are not known and could be looked up, best first.
    var unresolved: [Question]
    /// The same for names that have glue: looked up when the glue leads nowhere.
    var spare: [Question] = []
    var addressLookups = 0
    var tries = 0
    /// Labels of the qname that are shown to this zone's servers; nil shows all of it.
    var shownLabels: Int?
    var minimisedQuestions = 0

    /// Used when no server says anything better.
    var weakAnswer: WeakAnswer?
    /// The parent's glue for the names of servers has been added to what the names' own zones say.
    var triedParentSide = false

    init(
        _ zone: DomainName, _ kind: Kind = .recursion, isFromCache: Bool = false, servers: [ServerState],
        unresolved: [Question] = []
    ) {
        self.zone = zone
        self.kind = kind
        self.isFromCache = isFromCache
        self.servers = servers
        self.unresolved = unresolved
    }

    var isForward: Bool { kind != .recursion }
}

/// What a server said without authority. Rare and large, so it is kept apart.
final class WeakAnswer {
    let classification: Classification
    let reader: ResponseReader
    let server: SocketAddress

    init(_ classification: Classification, _ reader: ResponseReader, _ server: SocketAddress) {
        self.classification = classification
        self.reader = reader
        self.server = server
    }
}

/// One address of a server, as one lookup sees it.
struct ServerState {
    let address: SocketAddress
    /// How it is asked; nil: in cleartext.
    let encryption: EncryptedServer?
    var tries = 0
    /// Gave a useless answer, or none too often.
    var isFailed = false
    var useStream = false
    var useEDNS = true
    /// BADCOOKIE was answered once; a second one leads to TCP (RFC 7873 §5.3).
    var cookieWasRenewed = false

    init(_ address: SocketAddress) { self.init(.plain(address)) }

    /// The same server with nothing tried.
    var anew: ServerState { ServerState(encryption.map { .encrypted($0) } ?? .plain(address)) }

    init(_ server: ZoneRoute.Server) {
        address = server.address
        if case .encrypted(let server) = server {
            encryption = server
            useStream = true
        } else {
            encryption = nil
        }
    }
}

/// A query that is under way, which belongs to the resolution alone.
final class Exchange {
    let lookup: Resolution.LookupID
    let zone: DomainName
    let server: SocketAddress
    let isStream: Bool
    let isEncrypted: Bool
    /// Encrypted because the server took that before; there still is cleartext.
    let isOpportunistic: Bool
    let id: UInt16
    /// With the letters' case as it was sent.
    let asked: Question
    let usedEDNS: Bool
    let clientCookie: [UInt8]
    /// Whether the server has shown before that it knows cookies.
    let expectsCookie: Bool
    let checksCase: Bool
    /// Monotonic nanoseconds.
    let sentAt: Int64
    /// A later try has been made meanwhile.
    var isSuperseded = false
    var nearMisses = 0

    init(
        _ lookup: Resolution.LookupID, _ zone: DomainName, _ server: ServerState, asked: Question, id: UInt16,
        isOpportunistic: Bool, usedEDNS: Bool, clientCookie: [UInt8], expectsCookie: Bool, checksCase: Bool,
        sentAt: Int64
    ) {
        self.lookup = lookup
        self.zone = zone
        self.server = server.address
        isEncrypted = server.encryption != nil || isOpportunistic
        isStream = server.useStream || isEncrypted
        self.isOpportunistic = isOpportunistic
        self.id = id
        self.asked = asked
        self.usedEDNS = usedEDNS
        self.clientCookie = clientCookie
        self.expectsCookie = expectsCookie
        self.checksCase = checksCase
        self.sentAt = sentAt
    }

    /// RFC 5452 §9.1: a response, of this ID, to this question. Address and port the socket has checked.
    func matches(_ message: Message) -> Bool {
        guard message.header.isResponse, message.header.id == id, message.header.opcode == .query else {
            return false
        }
        guard let question = message.questions.first else {
            // Servers that cannot read a query may answer without the question.
            return message.questions.isEmpty && !isPositive(message)
        }
        guard message.questions.count == 1, question == asked else { return false }
        return clientCookieMatches(message)
    }

    private func isPositive(_ message: Message) -> Bool {
        message.responseCode == .noError || message.responseCode == .nxDomain || !message.answers.isEmpty
    }

    /// RFC 7873 §5.3: a cookie that is not ours means that the response is not for us.
    private func clientCookieMatches(_ message: Message) -> Bool {
        guard !clientCookie.isEmpty, let cookie = message.cookie else { return true }
        return cookie.client == clientCookie
    }
}

extension Message {
    var cookie: (client: [UInt8], server: [UInt8])? { edns?.cookie }
}
