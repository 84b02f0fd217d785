import DNSCache
import DNSResolution
import DNSServer
import DNSTransport
import DNSValidation
import DNSWire

// --- The way of a query through the service, from its packet to the response's ---

extension Workload {
    static let service = [
        Workload("hit", count: 6_400) {
            let house = try House()
            let queries = try SampleMessages.queries(64)
            for query in queries where !house.resolve(query) { throw InputError("an answer in the cache") }
            return { number in
                guard case .answered(let length) = house.ask(queries[number % queries.count]) else {
                    return false
                }
                return length > 64
            }
        },
        Workload("hit-cookie", count: 6_400) {
            let house = try House()
            let queries = try SampleMessages.queries(64).map { try house.withCookie($0) }
            return { number in
                guard case .answered(let length) = house.ask(queries[number % queries.count]) else {
                    return false
                }
                return length > 92
            }
        },
        // What a client waits for that asks for something new, but for the network: joined, asked, believed, kept, answered.
        Workload("miss-forwarded", count: 800) {
            let house = try House(cacheOctets: 1 << 20, hasZones: false)
            let queries = NumberedQueries()
            return { number in house.resolve(queries.query(number)) }
        },
        resolution("cold", isSigned: false),
        resolution("cold-validated", isSigned: true),
        Workload("zone-answer", count: 3_200) {
            let house = try House()
            let queries = SampleZone.someHosts(64).map { SampleMessages.query($0, .a) }
            return { number in
                guard case .answered(let length) = house.ask(queries[number % queries.count]) else {
                    return false
                }
                return length > 48
            }
        },
    ]

    /// Names that are asked for once: one in eight after a referral to its zone, the rest in a zone that is known.
    private static func resolution(_ name: String, isSigned: Bool) -> Workload {
        Workload(name, count: 400) {
            let internet = try SampleInternet(zones: 64, isSigned: isSigned)
            var settings = ServerSettings()
            settings.resolver.priming = false
            settings.resolver.rootHints = [
                Delegation.NameServer("a.root-servers.net.", addresses: [SampleInternet.rootServer])
            ]
            if isSigned {
                settings.signalsAnchors = false
                let anchors = TrustAnchorSet(anchors: [TrustAnchor(zone: .root, keys: [internet.key])])
                settings.resolver.validation = ResolverValidation(
                    anchors: anchors, verifier: BelievingVerifier())
            }
            let house = try House(settings, cacheOctets: 4 << 20, world: internet.response(to:))
            return { number in
                let index = number % internet.queries.count
                if index == 0 { house.cache.flushAll() }
                return house.resolve(internet.queries[index], isSecure: isSigned)
            }
        }
    }
}

extension House {
    /// Has the query answered, and gives the same with the cookie that came with the answer.
    fileprivate func withCookie(_ query: [UInt8]) throws -> [UInt8] {
        let client: [UInt8] = [1, 2, 3, 4, 5, 6, 7, 8]
        guard resolve(query), let question = try Message(parsing: query.span).questions.first,
            case .answered(let length) = ask(
                SampleMessages.query(
                    question.qname, question.qtype, options: [.cookie(client: client, server: [])])),
            let option = try Message(parsing: response(length).span).edns?.options.first
        else { throw InputError("a cookie") }
        return SampleMessages.query(question.qname, question.qtype, options: [option])
    }
}

/// Queries for names that were never asked for before.
private struct NumberedQueries {
    private let template = SampleMessages.query("n00000000.example.net.", .a)
    /// Behind the header, the length of the label and its first letter.
    private static let digits = 14..<22

    func query(_ number: Int) -> [UInt8] {
        var query = template
        for (place, index) in Self.digits.enumerated() {
            let digit = UInt8(truncatingIfNeeded: number >> (28 - 4 * place) & 0xf)
            query[index] = digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10
        }
        return query
    }
}
