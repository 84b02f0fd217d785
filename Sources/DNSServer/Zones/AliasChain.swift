import DNSCache
import DNSResolution
import DNSWire
import DNSZones

/// A client's question on its way through the zones that are held here, one name after the other as aliases lead.
///
/// Their data is read when the response is made and never kept: not in the cache, and not while something else is waited for.
/// So a response never says what an acknowledged change has made untrue.
struct AliasChain {
    /// The client's.
    let question: Question
    /// Where it has come to.
    private(set) var name: DomainName
    /// The aliases so far, those that came from elsewhere among them.
    private(set) var answers: [RRset] = []
    /// Whether a zone that is held here answered for the client's own name (RFC 1035 §4.1.1, AA).
    private(set) var isAuthoritative = false
    /// Whether any of it came from elsewhere.
    private(set) var hasPublicPart = false
    private var visited: Set<DomainName> = []
    /// How often it came back from elsewhere.
    private var returnCount = 0

    /// Where a chain stops.
    enum End {
        /// What is held here answers it, or shows why there is no answer.
        case outcome(Outcome)
        /// It goes on at `name`, which others answer for. What to say where nobody is asked.
        case elsewhere(Outcome)
    }

    init(_ question: Question) {
        self.question = question
        name = question.qname
    }

    var isAtStart: Bool { answers.isEmpty }

    /// The question that `name` makes of the client's.
    var current: Question { Question(name, question.qtype, question.qclass) }

    /// Adds what was found elsewhere, and goes on at the name that is held here.
    mutating func append(_ outcome: Outcome, continuingAt next: DomainName) {
        answers += outcome.answers
        hasPublicPart = true
        returnCount += 1
        name = next
    }

    /// What there is to say when nobody is asked further.
    var soFar: Outcome { outcome(.noError) }

    /// Follows aliases as long as zones of `table` hold them.
    ///
    /// - Parameter limit: names that are gone through, in all of the chain's life.
    mutating func follow(in table: ZoneTable, dnssecOK: Bool, limit: Int) -> End {
        while true {
            guard returnCount <= limit else { return .outcome(tooLong) }
            guard let zone = table.zone(answering: current) else {
                return .elsewhere(denialBelowCut(in: table, dnssecOK: dnssecOK) ?? soFar)
            }
            guard let version = zone.version else {
                let error = ExtendedError(.notReady, "the zone \(zone.apex) is not loaded, or has expired")
                return .outcome(.failure(error))
            }
            guard visited.insert(name).inserted, visited.count <= limit else { return .outcome(tooLong) }
            let answer = version.answer(name, question.qtype, dnssecOK: dnssecOK)
            if isAtStart { isAuthoritative = answer.isAuthoritative }
            answers += answer.answers
            switch answer.next {
            case .alias(let target):
                name = target
            case .delegation:
                // An alias may have led to the cut.
                name = answer.answers.last?.rdatas.first?.targetName ?? name
                return .elsewhere(outcome(answer))
            case nil:
                return .outcome(outcome(answer))
            }
        }
    }

    /// What a zone here says of DS records at its apex, where the zone above, whose they are, is not here: it has none
    /// (RFC 4035 §3.1.4.1). Nil for other questions.
    private func denialBelowCut(in table: ZoneTable, dnssecOK: Bool) -> Outcome? {
        let version = table.zone(holding: name)?.version
        guard let answer = version?.answer(name, question.qtype, dnssecOK: dnssecOK) else { return nil }
        var outcome = outcome(answer)
        // Of what is said here alone: whoever is asked instead has no authority over it.
        if isAtStart { outcome.isAuthoritative = true }
        return outcome
    }

    private var tooLong: Outcome {
        .failure(ExtendedError(.other, "CNAME chain is a loop or too long at \(name)"))
    }

    private func outcome(_ answer: ZoneAnswer) -> Outcome {
        var outcome = outcome(answer.responseCode)
        outcome.authorities = answer.authorities
        outcome.additionals = answer.additionals
        return outcome
    }

    private func outcome(_ code: ResponseCode) -> Outcome {
        var outcome = Outcome(code)
        outcome.answers = answers
        outcome.isLocal = !hasPublicPart
        outcome.isAuthoritative = isAuthoritative
        return outcome
    }

    /// What was found elsewhere, behind the aliases that led there.
    func completed(by end: Outcome) -> Outcome {
        var outcome = end
        outcome.answers = answers + end.answers
        outcome.isAuthoritative = isAuthoritative
        outcome.security = .insecure
        return outcome
    }
}
