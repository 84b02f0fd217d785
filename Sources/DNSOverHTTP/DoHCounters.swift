import Synchronization

/// What is counted of HTTP.
public enum DoHEvent: Int, CaseIterable, Sendable {
    case connectionsHTTP1, connectionsHTTP2
    case requestsGET, requestsHEAD, requestsPOST, requestsOPTIONS, requestsOther
    case status200, status204, status400, status403, status404, status405, status413, status414, status415
    case status417, status429, status431, status501, status503, status505
    case framesReceived, framesSent, framesInvalid, resetsReceived, resetsSent, streamsRefused
    case goAwayNoError, goAwayProtocolError, goAwayInternalError, goAwayFlowControl, goAwayFrameSize
    case goAwayCompression, goAwayEnhanceYourCalm, goAwayOther

    /// The Prometheus series, with its labels.
    public var series: String {
        switch self {
        case .connectionsHTTP1: "homing_http_connections_total{version=\"1.1\"}"
        case .connectionsHTTP2: "homing_http_connections_total{version=\"2\"}"
        case .requestsGET: "homing_http_requests_total{method=\"GET\"}"
        case .requestsHEAD: "homing_http_requests_total{method=\"HEAD\"}"
        case .requestsPOST: "homing_http_requests_total{method=\"POST\"}"
        case .requestsOPTIONS: "homing_http_requests_total{method=\"OPTIONS\"}"
        case .requestsOther: "homing_http_requests_total{method=\"other\"}"
        case .framesReceived: "homing_http2_frames_total{direction=\"received\"}"
        case .framesSent: "homing_http2_frames_total{direction=\"sent\"}"
        case .framesInvalid: "homing_http2_frames_invalid_total"
        case .resetsReceived: "homing_http2_resets_total{direction=\"received\"}"
        case .resetsSent: "homing_http2_resets_total{direction=\"sent\"}"
        case .streamsRefused: "homing_http2_streams_refused_total"
        case .goAwayNoError: "homing_http2_goaways_total{reason=\"NO_ERROR\"}"
        case .goAwayProtocolError: "homing_http2_goaways_total{reason=\"PROTOCOL_ERROR\"}"
        case .goAwayInternalError: "homing_http2_goaways_total{reason=\"INTERNAL_ERROR\"}"
        case .goAwayFlowControl: "homing_http2_goaways_total{reason=\"FLOW_CONTROL_ERROR\"}"
        case .goAwayFrameSize: "homing_http2_goaways_total{reason=\"FRAME_SIZE_ERROR\"}"
        case .goAwayCompression: "homing_http2_goaways_total{reason=\"COMPRESSION_ERROR\"}"
        case .goAwayEnhanceYourCalm: "homing_http2_goaways_total{reason=\"ENHANCE_YOUR_CALM\"}"
        case .goAwayOther: "homing_http2_goaways_total{reason=\"other\"}"
        default:
            // What is left are the status codes, named as such.
            "homing_http_responses_total{code=\"\(String(describing: self).suffix(3))\"}"
        }
    }
}

/// A snapshot: each number is right, and they may be some requests apart.
public struct DoHCounters: Sendable, Hashable {
    private var values = [UInt64](repeating: 0, count: DoHEvent.allCases.count)

    public init() {}

    public internal(set) subscript(_ event: DoHEvent) -> UInt64 {
        get { values[event.rawValue] }
        set { values[event.rawValue] = newValue }
    }

    public static func + (a: DoHCounters, b: DoHCounters) -> DoHCounters {
        var sum = a
        for event in DoHEvent.allCases { sum[event] &+= b[event] }
        return sum
    }
}

/// The living counters of one worker, whose connections share them. The worker adds, any thread reads.
@safe
public final class DoHCounterSet: Sendable {
    nonisolated(unsafe) private let values: UnsafeMutablePointer<Atomic<UInt64>>

    public init() {
        let values = UnsafeMutablePointer<Atomic<UInt64>>.allocate(capacity: DoHEvent.allCases.count)
        for index in DoHEvent.allCases.indices { unsafe (values + index).initialize(to: Atomic(0)) }
        unsafe self.values = values
    }

    deinit {
        unsafe values.deinitialize(count: DoHEvent.allCases.count)
        unsafe values.deallocate()
    }

    /// Adds one. There is one writer, so that no locked instruction is needed.
    func count(_ event: DoHEvent) {
        let sum = unsafe values[event.rawValue].load(ordering: .relaxed) &+ 1
        unsafe values[event.rawValue].store(sum, ordering: .relaxed)
    }

    public var now: DoHCounters {
        var snapshot = DoHCounters()
        for event in DoHEvent.allCases {
            snapshot[event] = unsafe values[event.rawValue].load(ordering: .relaxed)
        }
        return snapshot
    }
}
