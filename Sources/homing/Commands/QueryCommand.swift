import ArgumentParser
import DNSResolution
import DNSWire
import Foundation

/// `homing query`: one question to one server, in the manner of dig.
struct QueryCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "query",
        abstract: "Ask a server a question and show its answer.",
        usage: "homing query <name> [<type>] [<class>] [@<server>] [<options>]",
        discussion: """
            Examples:
              homing query example.com
              homing query example.com --explain @192.0.2.1
              homing query example.com MX @192.0.2.1 -p 53 +tcp
              homing query 192.0.2.7                     the PTR record of an address
              homing query version.bind TXT CH +json

            The words +tcp, +dnssec, +norecurse, +noedns and +json mean the same as the options. Without a server, \
            127.0.0.1 port 5300 is asked, where a Homing with its built-in configuration listens. An answer that is \
            truncated over UDP is asked for again over TCP.

            JSON has the keys id, opcode, status, flags, question, answer, authority, additional (records with name, \
            ttl, class, type, data), edns (version, payloadSize, dnssecOK, nsid, cookie, errors with code, meaning, \
            text; absent without EDNS), server, transport, milliseconds, size and truncatedOverUDP.

            With --explain, the answer is validated with DNSSEC, here and not by the server: it is asked for the \
            answer and for every key and signature from the trust anchor down, and what was looked at is printed as a \
            tree of zones, with a verdict. JSON then has the keys question, server, status (secure, insecure, bogus or \
            indeterminate), responseCode, error (code, name, text; absent when there is nothing to say), steps in \
            order (kind, name, type, status, detail), answers (as answer above) and verdict.

            Exit status: 0 for an answer, whatever it says; 1 for a mistake in the command; 2 without an answer. With \
            --explain: 0 for a secure or insecure answer, 1 for a bogus one, 2 when something could not be asked for.
            """)

    @Argument(
        help: ArgumentHelp(
            "A name, then a type and a class in any order, @server and +words.", valueName: "word"))
    var words: [String] = []

    @Option(help: "The server's IP address, with a port if that is not 53.")
    var server: String?

    @Option(name: [.customShort("p"), .long], help: "The server's port.")
    var port: UInt16?

    @Option(name: [.customShort("t"), .long], help: "The record type.")
    var type: String?

    @Option(name: [.customShort("c"), .long], help: "The class.")
    var `class`: String?

    @Flag(help: "Ask over TCP.")
    var tcp = false

    @Flag(help: "Ask for DNSSEC records (the DO bit).")
    var dnssec = false

    @Flag(help: "Do not ask the server to resolve (clear the RD bit).")
    var noRecurse = false

    @Flag(help: "Ask without EDNS.")
    var noEDNS = false

    @Flag(help: "Print JSON.")
    var json = false

    @Option(help: "Seconds to wait for an answer (5), or with --explain for all of them (15).")
    var timeout: Double?

    @Flag(help: "Say how the answer was validated, step by step.")
    var explain = false

    @Option(
        help: "With --explain: the configuration whose trust anchors, positive and negative, hold.",
        completion: .file(extensions: ["yaml"]))
    var config: String?

    @Option(
        help: "With --explain: a file of DS or DNSKEY records to begin with; may be given again.",
        completion: .file())
    var trustAnchors: [String] = []

    func validate() throws {
        guard explain || (config == nil && trustAnchors.isEmpty) else {
            throw ValidationError("--config and --trust-anchors go with --explain.")
        }
    }

    func run() throws {
        let (request, isJSON) = try parsed()
        guard !explain else { return try runExplanation(request, isJSON: isJSON) }
        do throws(QueryClient.Failure) {
            let report = QueryReport(answer: try QueryClient(request: request).ask())
            print(isJSON ? report.json : report.lines.joined(separator: "\n"))
        } catch {
            FileHandle.standardError.write(Data(";; \(error)\n".utf8))
            throw ExitCode(2)
        }
    }

    private func runExplanation(_ request: QueryRequest, isJSON: Bool) throws {
        guard request.recursionDesired, request.usesEDNS, request.question.qclass == .internet else {
            throw ValidationError("--explain needs recursion, EDNS and class IN.")
        }
        let validation: ResolverValidation
        do throws(ConfigurationFaults) {
            validation = try ResolverValidation(explainingWith: config, anchorFiles: trustAnchors)
        } catch {
            FileHandle.standardError.write(Data("\(error)\n".utf8))
            throw ExitCode.failure
        }
        let explanation: Explanation
        do throws(QueryClient.Failure) {
            explanation = try Explainer(request: request, validation: validation).explain()
        } catch {
            FileHandle.standardError.write(Data(";; \(error)\n".utf8))
            throw ExitCode(2)
        }
        print(isJSON ? explanation.json : explanation.lines.joined(separator: "\n"))
        guard explanation.exitStatus == 0 else { throw ExitCode(explanation.exitStatus) }
    }

    private func parsed() throws -> (QueryRequest, isJSON: Bool) {
        do throws(QueryWordError) {
            let words = try QueryWords(words + optionsAsWords)
            let request = try QueryRequest(words, port: port, timeout: timeout ?? (explain ? 15 : 5))
            return (request, words.given.contains("+json"))
        } catch {
            throw ValidationError("\(error)")
        }
    }

    /// Options and words are two spellings of the same.
    private var optionsAsWords: [String] {
        let flags = [
            (tcp, "+tcp"), (dnssec, "+dnssec"), (noRecurse, "+norecurse"), (noEDNS, "+noedns"),
            (json, "+json"),
        ]
        return [type, `class`, server.map { "@" + $0 }].compactMap { $0 } + flags.filter(\.0).map(\.1)
    }
}
