import DNSWire

extension EDNSOption {
    /// What the option says, for people.
    ///
    /// - Parameter clientCookie: what was sent; a cookie with another one is not the answer to ours.
    func text(clientCookie: [UInt8]) -> String {
        switch self {
        case .updateLease(let granted):
            "UPDATE-LEASE: \(granted.lease) s" + (granted.keyLease.map { ", keys \($0) s" } ?? "")
        case .nsid(let name): "NSID: \(name.hexadecimal)" + (name.isEmpty ? "" : " (\"\(name.readable)\")")
        case .clientSubnet(let subnet): "CLIENT-SUBNET: \(subnet.network)/\(subnet.scopePrefixLength)"
        case .cookie(let client, let server):
            "COOKIE: \((client + server).hexadecimal)" + (client == clientCookie ? " (good)" : " (not ours)")
        case .tcpKeepalive(nil): "TCP-KEEPALIVE"
        case .tcpKeepalive(let units?): "TCP-KEEPALIVE: \(units / 10).\(units % 10) s"
        case .padding(let count): "PADDING: \(count) octets"
        case .extendedError(let error):
            "EDE: \(error.code.rawValue) (\(error.code.meaning))"
                + (error.text.isEmpty ? "" : ": \(Array(error.text.utf8).readable)")
        case .unknown(let code, let data): "OPT=\(code): \(data.hexadecimal)"
        }
    }
}

extension ExtendedError.Code {
    /// The purpose as the registry has it (IANA "Extended DNS Error Codes").
    var meaning: String { Self.meanings[rawValue] ?? "unknown" }

    private static let meanings: [UInt16: String] = [
        0: "Other Error", 1: "Unsupported DNSKEY Algorithm", 2: "Unsupported DS Digest Type",
        3: "Stale Answer",
        4: "Forged Answer", 5: "DNSSEC Indeterminate", 6: "DNSSEC Bogus", 7: "Signature Expired",
        8: "Signature Not Yet Valid", 9: "DNSKEY Missing", 10: "RRSIGs Missing", 11: "No Zone Key Bit Set",
        12: "NSEC Missing", 13: "Cached Error", 14: "Not Ready", 15: "Blocked", 16: "Censored",
        17: "Filtered",
        18: "Prohibited", 19: "Stale NXDOMAIN Answer", 20: "Not Authoritative", 21: "Not Supported",
        22: "No Reachable Authority", 23: "Network Error", 24: "Invalid Data",
        25: "Signature Expired before Valid",
        26: "Too Early", 27: "Unsupported NSEC3 Iterations Value", 28: "Unable to conform to policy",
        29: "Synthesized", 30: "Invalid Query Type",
    ]
}

extension [UInt8] {
    var hexadecimal: String {
        map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    /// Printable ASCII as it is; what else is in there must not reach a terminal.
    var readable: String {
        String(String.UnicodeScalarView(map { (0x20...0x7e).contains($0) ? Unicode.Scalar($0) : "." }))
    }
}
