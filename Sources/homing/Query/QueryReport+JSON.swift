import DNSWire
import Foundation

extension QueryReport {
    /// The answer as JSON with keys that stay: see `homing query --help`.
    var json: String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        // Plain texts and numbers cannot fail to be encoded.
        guard let data = try? encoder.encode(Document(answer)) else { return "{}" }
        return String(decoding: data, as: UTF8.self)
    }

    private struct Document: Encodable {
        let id: UInt16
        let opcode: String
        let status: String
        let flags: [String]
        let edns: Extension?
        let question: [Asked]
        let answer: [Entry]
        let authority: [Entry]
        let additional: [Entry]
        let server: String
        let transport: String
        let milliseconds: Int
        let size: Int
        let truncatedOverUDP: Bool

        init(_ answer: QueryClient.Answer) {
            let message = answer.message
            id = message.header.id
            opcode = "\(message.header.opcode)"
            status = "\(message.responseCode)"
            flags = HeaderFlags.words(of: message.header.flags)
            edns = message.edns.map(Extension.init)
            question = message.questions.map(Asked.init)
            self.answer = message.answers.map(Entry.init)
            authority = message.authorities.map(Entry.init)
            additional = message.additionals.map(Entry.init)
            server = "\(answer.server)"
            transport = answer.isStream ? "tcp" : "udp"
            milliseconds = answer.milliseconds
            size = answer.size
            truncatedOverUDP = answer.wasTruncated
        }
    }

    struct Asked: Encodable {
        let name: String
        let `class`: String
        let type: String

        init(_ question: Question) {
            name = "\(question.qname)"
            `class` = "\(question.qclass)"
            type = "\(question.qtype)"
        }
    }

    struct Entry: Encodable {
        let name: String
        let ttl: UInt32
        let `class`: String
        let type: String
        let data: String

        init(_ record: Record) {
            name = "\(record.ownerName)"
            ttl = record.ttl
            `class` = "\(record.recordClass)"
            type = "\(record.type)"
            data = record.rdata.text(for: record.type)
        }
    }

    private struct Extension: Encodable {
        let version: UInt8
        let payloadSize: UInt16
        let dnssecOK: Bool
        let nsid: String?
        let cookie: String?
        let errors: [Reason]

        init(_ edns: EDNS) {
            version = edns.version
            payloadSize = edns.payloadSize
            dnssecOK = edns.dnssecOK
            nsid = edns.first { if case .nsid(let name) = $0 { name.hexadecimal } else { nil } }
            cookie = edns.first { if case .cookie = $0 { $0.data.hexadecimal } else { nil } }
            errors = edns.options.compactMap {
                if case .extendedError(let error) = $0 { Reason(error) } else { nil }
            }
        }
    }

    private struct Reason: Encodable {
        let code: UInt16
        let meaning: String
        let text: String

        init(_ error: ExtendedError) {
            code = error.code.rawValue
            meaning = error.code.meaning
            text = error.text
        }
    }
}
