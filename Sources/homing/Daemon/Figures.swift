import DNSCache
import DNSOverHTTP
import DNSTransport

// The counters of the rooms below the service, as Prometheus series.

extension [TransportCounters] {
    /// One line for each series, summed over the workers.
    var figures: [String] {
        func sum(_ path: KeyPath<TransportCounters, UInt64>) -> UInt64 {
            reduce(0) { $0 &+ $1[keyPath: path] }
        }
        return Self.series.map { name, path in "\(name) \(sum(path))" }
    }

    private typealias Series = (name: String, figure: KeyPath<TransportCounters, UInt64>)

    private static var series: [Series] {
        let requests = DoHEvent.allCases.map { Series($0.series, \.requests[$0]) }
        let failures = TLSFailure.allCases.map {
            Series("homing_tls_failures_total{reason=\"\($0)\"}", \.sessions[$0])
        }
        return plainSeries + streamSeries("tcp", \.tcp) + streamSeries("tls", \.tls)
            + streamSeries("https", \.https) + streamSeries("http", \.http) + requests + failures
    }

    private static var plainSeries: [Series] {
        [
            ("homing_transport_messages_received_total{transport=\"udp\"}", \.datagramQueries),
            ("homing_transport_received_bytes_total{transport=\"udp\"}", \.datagramQueryBytes),
            ("homing_transport_messages_sent_total{transport=\"udp\"}", \.datagramResponses),
            ("homing_transport_sent_bytes_total{transport=\"udp\"}", \.datagramResponseBytes),
            ("homing_transport_datagrams_refused_total", \.datagramsRefused),
            ("homing_transport_datagram_responses_lost_total", \.datagramResponsesLost),
            ("homing_transport_datagram_batches_total", \.datagramBatches),
            ("homing_upstream_exchanges_total{transport=\"udp\"}", \.upstreamDatagramExchanges),
            ("homing_upstream_exchanges_total{transport=\"tcp\"}", \.upstreamStreamExchanges),
            ("homing_upstream_exchanges_total{transport=\"tls\"}", \.upstreamTLSExchanges),
            ("homing_upstream_exchanges_total{transport=\"https\"}", \.upstreamHTTPSExchanges),
            ("homing_upstream_connections_opened_total", \.upstreamConnectionsOpened),
            ("homing_upstream_connections_closed_total", \.upstreamConnectionsClosed),
            ("homing_upstream_tls_handshakes_total", \.upstreamHandshakes),
            ("homing_upstream_tls_resumptions_total", \.upstreamResumptions),
            ("homing_upstream_encryption_faults_total", \.upstreamEncryptionFaults),
            ("homing_upstream_exchanges_timed_out_total", \.upstreamTimeouts),
            ("homing_upstream_exchanges_failed_total", \.upstreamFailures),
            ("homing_upstream_junk_messages_total", \.upstreamJunk),
            ("homing_worker_wakeups_total", \.wakeups),
            ("homing_tls_handshakes_total", \.sessions.begun),
            ("homing_tls_resumptions_total", \.sessions.resumed),
        ]
    }

    private static func streamSeries(
        _ transport: String, _ path: KeyPath<TransportCounters, StreamCounters>
    ) -> [Series] {
        let series: [(String, KeyPath<StreamCounters, UInt64>)] = [
            ("transport_messages_received", \.queries), ("transport_received_bytes", \.queryBytes),
            ("transport_messages_sent", \.responses), ("transport_sent_bytes", \.responseBytes),
            ("connections_opened", \.connectionsOpened), ("connections_closed", \.connectionsClosed),
            ("connections_refused", \.connectionsRefused), ("connections_evicted", \.connectionsEvicted),
            ("connections_timed_out", \.connectionsTimedOut),
        ]
        return series.map { name, figure in
            ("homing_\(name)_total{transport=\"\(transport)\"}", path.appending(path: figure))
        }
    }
}

extension Cache.Statistics {
    func figures(limits: Cache.Limits) -> [String] {
        [
            "homing_cache_entries \(entryCount)",
            "homing_cache_evictions_total \(evictionCount)",
            "homing_cache_size_limit_bytes \(limits.byteCeiling)",
        ]
    }
}
