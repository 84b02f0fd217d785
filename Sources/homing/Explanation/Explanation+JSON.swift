import DNSValidation
import DNSWire
import Foundation

extension Explanation {
    /// The explanation as JSON with keys that stay: see `homing query --help`.
    var json: String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        // Plain texts and numbers cannot fail to be encoded.
        guard let data = try? encoder.encode(Document(self)) else { return "{}" }
        return String(decoding: data, as: UTF8.self)
    }

    private struct Document: Encodable {
        let question: QueryReport.Asked
        let server: String
        let status: String
        let responseCode: String
        let error: Failure?
        let steps: [Step]
        let answers: [QueryReport.Entry]
        let verdict: String

        init(_ explanation: Explanation) {
            question = QueryReport.Asked(explanation.question)
            server = "\(explanation.server)"
            status = "\(explanation.status)"
            responseCode = "\(explanation.responseCode)"
            error = explanation.error.map(Failure.init)
            steps = explanation.steps.map(Step.init)
            answers = explanation.answers.flatMap { rrset in
                rrset.rdatas.map { rdata in
                    QueryReport.Entry(
                        Record(rrset.ownerName, rrset.type, rrset.recordClass, ttl: rrset.ttl, rdata))
                }
            }
            verdict = explanation.verdict
        }
    }

    private struct Failure: Encodable {
        let code: UInt16
        let name: String
        let text: String

        init(_ error: ExtendedError) {
            code = error.code.rawValue
            name = error.code.meaning
            text = error.text
        }
    }

    private struct Step: Encodable {
        let kind: String
        let name: String
        let type: String?
        let status: String
        let detail: String

        init(_ step: ValidationStep) {
            kind = step.kind.rawValue
            name = "\(step.name)"
            type = step.type.map { "\($0)" }
            status = step.outcome.rawValue
            detail = step.detail
        }
    }
}
