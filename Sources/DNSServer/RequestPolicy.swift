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
    }

    static func judge(_ view: QueryView, isStream: Bool) -> Verdict {
        if let fault = view.fault, fault != .notAQuery {
            return .reject(fault == .badVersion ? .badVersion : .formatError, nil)
        }
        switch view.header.opcode {
        case .query: return judgeQuery(view, isStream: isStream)
        case .notify, .update:
            let isMetaClass = view.qclass == .any || view.qclass == .none
            return .reject(isMetaClass || !view.hasQuestion ? .formatError : .notAuth, nil)
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
        case .axfr: return .reject(isStream ? .notAuth : .formatError, nil)
        case .ixfr: return .reject(view.header.authorityCount == 1 ? .notAuth : .formatError, nil)
        case .any: return .any
        default: return .proceed
        }
    }
}
