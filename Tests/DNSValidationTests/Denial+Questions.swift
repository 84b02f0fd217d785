import DNSValidation
import DNSWire

/// Denials asked one question at a time.
extension Denial {
    private func ask<Answer>(_ body: (inout Validator, Denial) -> Answer) -> Answer {
        var settings = ValidationSettings()
        settings.limits.hashes = 10_000
        var validator = Validator(settings: settings, verifier: TestVerifier())
        return body(&validator, self)
    }

    func noName(_ qname: DomainName) -> Bool { ask { $0.proveNXDomain(qname, $1) }.isProven }

    func noData(_ qname: DomainName, _ qtype: RecordType) -> Bool {
        ask { $0.proveNoData(qname, qtype, $1) }.isProven
    }

    func expansion(_ wildcard: DomainName, _ qname: DomainName) -> Bool {
        ask { $0.proveExpansion(of: wildcard, to: qname, $1) }.isProven
    }

    func verdict(_ body: (inout Validator, Denial) -> DenialVerdict) -> DenialVerdict { ask(body) }

    func failure(_ body: (inout Validator, Denial) -> DenialVerdict) -> ValidationFailure? {
        if case .unproven(let failure) = ask(body) { failure } else { nil }
    }

    func signer(_ name: DomainName) -> String {
        switch ask({ $0.proveNoDelegationSigner(name, $1) }) {
        case .unsignedDelegation: "unsigned delegation"
        case .insecure(let failure): failure.map { "insecure \($0.code.rawValue)" } ?? "insecure"
        case .noDelegation: "no delegation"
        case .noName: "no name"
        case .unproven: "unproven"
        }
    }
}

extension DenialVerdict {
    var isProven: Bool {
        if case .proven = self { true } else { false }
    }

    var isOptOut: Bool? {
        if case .proven(let isOptOut) = self { isOptOut } else { nil }
    }
}
