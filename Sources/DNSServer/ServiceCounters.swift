/// What one worker has counted, or all together. A snapshot of `LiveCounters`.
public struct ServiceCounters: Sendable {
    public enum Counter: Int, CaseIterable, Sendable {
        case queriesUDP, queriesTCP, queriesTLS, queriesHTTPS, queriesHTTP
        case queriesDropped, queriesRefused, queriesMalformed
        case cacheHits, cacheStaleHits, cacheMisses, prefetches, joined
        case localAnswers, rateLimited, truncated, badCookies
        case resolutions, resolutionsFailed, resolutionsShed, upstreamQueries, upstreamTimeouts
        case zoneAnswers, signaturesRejected
        case updates, updatesDone, updatesRefused, updatesUnmet, updatesMalformed, updatesFailed,
            updatesForwarded
        case transferRequests, transfersRefused, transfersFull, transfersIncremental, transfersUpToDate
        case transfersCompleted
        case notifiesReceived, notifiesRefused
        case responsesNoError, responsesNXDomain, responsesServerFailure, responsesOther

        /// The Prometheus series, with its labels.
        var series: String {
            switch self {
            case .queriesUDP: "homing_queries_total{transport=\"udp\"}"
            case .queriesTCP: "homing_queries_total{transport=\"tcp\"}"
            case .queriesTLS: "homing_queries_total{transport=\"tls\"}"
            case .queriesHTTPS: "homing_queries_total{transport=\"https\"}"
            case .queriesHTTP: "homing_queries_total{transport=\"http\"}"
            case .queriesDropped: "homing_queries_dropped_total"
            case .queriesRefused: "homing_queries_refused_total"
            case .queriesMalformed: "homing_queries_malformed_total"
            case .cacheHits: "homing_cache_lookups_total{result=\"hit\"}"
            case .cacheStaleHits: "homing_cache_lookups_total{result=\"stale\"}"
            case .cacheMisses: "homing_cache_lookups_total{result=\"miss\"}"
            case .prefetches: "homing_prefetches_total"
            case .joined: "homing_queries_joined_total"
            case .localAnswers: "homing_local_answers_total"
            case .rateLimited: "homing_rate_limited_total"
            case .truncated: "homing_responses_truncated_total"
            case .badCookies: "homing_bad_cookies_total"
            case .resolutions: "homing_resolutions_total"
            case .resolutionsFailed: "homing_resolutions_failed_total"
            case .resolutionsShed: "homing_resolutions_shed_total"
            case .upstreamQueries: "homing_upstream_queries_total"
            case .upstreamTimeouts: "homing_upstream_timeouts_total"
            case .zoneAnswers: "homing_zone_answers_total"
            case .signaturesRejected: "homing_signatures_rejected_total"
            case .updates: "homing_update_requests_total"
            case .updatesDone: "homing_updates_total{result=\"done\"}"
            case .updatesRefused: "homing_updates_total{result=\"refused\"}"
            case .updatesUnmet: "homing_updates_total{result=\"prerequisite\"}"
            case .updatesMalformed: "homing_updates_total{result=\"malformed\"}"
            case .updatesFailed: "homing_updates_total{result=\"failed\"}"
            case .updatesForwarded: "homing_updates_total{result=\"forwarded\"}"
            case .transferRequests: "homing_transfer_requests_total"
            case .transfersRefused: "homing_transfers_total{result=\"refused\"}"
            case .transfersFull: "homing_transfers_total{result=\"full\"}"
            case .transfersIncremental: "homing_transfers_total{result=\"incremental\"}"
            case .transfersUpToDate: "homing_transfers_total{result=\"up-to-date\"}"
            case .transfersCompleted: "homing_transfers_completed_total"
            case .notifiesReceived: "homing_notifies_received_total"
            case .notifiesRefused: "homing_notifies_refused_total"
            case .responsesNoError: "homing_responses_total{rcode=\"NOERROR\"}"
            case .responsesNXDomain: "homing_responses_total{rcode=\"NXDOMAIN\"}"
            case .responsesServerFailure: "homing_responses_total{rcode=\"SERVFAIL\"}"
            case .responsesOther: "homing_responses_total{rcode=\"other\"}"
            }
        }
    }

    private var values = [UInt64](repeating: 0, count: Counter.allCases.count)
    /// Resolutions by how long they took: upper bounds of 1, 2, 4 ... ms, the last without bound.
    private var latency: [UInt64]
    /// Nanoseconds.
    private var latencySum: UInt64

    init(of live: LiveCounters) {
        for counter in Counter.allCases { values[counter.rawValue] = live[counter] }
        latency = live.latencyBuckets
        latencySum = live.latencySum
    }

    public init() { self.init(of: LiveCounters()) }

    public subscript(_ counter: Counter) -> UInt64 { values[counter.rawValue] }

    public static func + (a: ServiceCounters, b: ServiceCounters) -> ServiceCounters {
        var sum = a
        for index in sum.values.indices { sum.values[index] &+= b.values[index] }
        for index in sum.latency.indices { sum.latency[index] &+= b.latency[index] }
        sum.latencySum &+= b.latencySum
        return sum
    }

    /// One line for each series, in the Prometheus text format.
    public var lines: [String] {
        var lines = Counter.allCases.map { "\($0.series) \(values[$0.rawValue])" }
        var total: UInt64 = 0
        for (index, count) in latency.enumerated() {
            total &+= count
            let bound = index == latency.count - 1 ? "+Inf" : "\(Double(1 << index) / 1000)"
            lines.append("homing_resolution_duration_seconds_bucket{le=\"\(bound)\"} \(total)")
        }
        lines.append("homing_resolution_duration_seconds_sum \(Double(latencySum) / 1e9)")
        lines.append("homing_resolution_duration_seconds_count \(total)")
        return lines
    }
}
