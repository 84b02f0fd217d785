import DNSWire

/// What is said to a query before anything is looked up: faults, opcodes, classes and types that are not for a resolver.
///
/// The rows named are those of the behaviour table in `Tests/DaemonTests`.
enum RequestPolicy {
    enum Verdict {
        case proceed
        case reject(ResponseCode, ExtendedError?)
        /// NOERROR with nothing in it: a query for a cookie alone (RFC 7873 §5.4).
        case empty
        /// Class CHAOS (RFC 4892).
        case chaos
        /// QTYPE ANY (RFC 8482).
        case any
        /// AXFR and IXFR.
        case transfer
        case update
        case notify

        /// Whether a forged source would get others a large answer, or somebody a change that is granted to addresses.
        var isDearToForge: Bool {
            switch self {
            case .proceed, .any, .transfer, .update: true
            case .reject, .empty, .chaos, .notify: false
            }
        }
    }

    static func judge(_ view: QueryView, isStream: Bool) -> Verdict {
        if let fault = view.fault, fault != .notAQuery {
            return .reject(fault == .badVersion ? .badVersion : .formatError, nil)
        }
        switch view.header.opcode {
        case .query: return judgeQuery(view, isStream: isStream)
        case .notify, .update:
            let isMetaClass = view.qclass == .any || view.qclass == .none
            guard view.hasQuestion, !isMetaClass else { return .reject(.formatError, nil) }
            return view.header.opcode == .update ? .update : .notify
        default: return .reject(.notImplemented, nil)
        }
    }

    private static func judgeQuery(_ view: QueryView, isStream: Bool) -> Verdict {
        guard view.hasQuestion else {
            return view.edns?.cookie == nil ? .reject(.formatError, nil) : .empty
        }
        guard view.qclass == .internet else {
            return view.qclass == .chaos ? .chaos : .reject(.refused, nil)
        }
        switch view.qtype {
        case .opt, .tsig, .tkey: return .reject(.formatError, nil)
        case .maila, .mailb: return .reject(.notImplemented, nil)
        // RFC 5936 §4.2: not defined over UDP.
        case .axfr: return isStream ? .transfer : .reject(.formatError, nil)
        case .ixfr: return .transfer
        case .any: return .any
        default: return .proceed
        }
    }
}
