import ArgumentParser
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
              homing query example.com MX @192.0.2.1 -p 53 +tcp
              homing query 192.0.2.7                     the PTR record of an address
              homing query version.bind TXT CH +json

            The words +tcp, +dnssec, +norecurse, +noedns and +json mean the same as the options. Without a server, \
            127.0.0.1 port 5300 is asked, where a Homing with its built-in configuration listens. An answer that is \
            truncated over UDP is asked for again over TCP.

            JSON has the keys id, opcode, status, flags, question, answer, authority, additional (records with name, \
            ttl, class, type, data), edns (version, payloadSize, dnssecOK, nsid, cookie, errors with code, meaning, \
            text; absent without EDNS), server, transport, milliseconds, size and truncatedOverUDP.

            Exit status: 0 for an answer, whatever it says; 1 for a mistake in the command; 2 without an answer.
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

    @Option(help: "Seconds to wait for an answer.")
    var timeout = 5.0

    func run() throws {
        let (request, isJSON) = try parsed()
        do throws(QueryClient.Failure) {
            let report = QueryReport(answer: try QueryClient(request: request).ask())
            print(isJSON ? report.json : report.lines.joined(separator: "\n"))
        } catch {
            FileHandle.standardError.write(Data(";; \(error)\n".utf8))
            throw ExitCode(2)
        }
    }

    /// The words and options as one request.
    private func parsed() throws -> (QueryRequest, isJSON: Bool) {
        do {
            let words = try QueryWords(words + [type, `class`].compactMap { $0 })
            let question = Question(words.name, words.type ?? .a, words.qclass ?? .internet)
            var request = QueryRequest(question: question, server: try chosenServer(words))
            request.usesTCP = tcp || words.given.contains("+tcp")
            request.dnssecOK = dnssec || words.given.contains("+dnssec")
            request.recursionDesired = !noRecurse && !words.given.contains("+norecurse")
            request.usesEDNS = !noEDNS && !words.given.contains("+noedns")
            request.timeout = timeout
            return (request, json || words.given.contains("+json"))
        } catch let error as QueryWordError {
            throw ValidationError("\(error)")
        }
    }

    private func chosenServer(_ words: QueryWords) throws -> SocketAddress {
        guard timeout > 0, timeout <= 3600 else {
            throw ValidationError("The time to wait is more than 0 and at most 3600 s.")
        }
        guard server == nil || words.server == nil else { throw QueryWordError.twice("server") }
        var chosen = try server.map { text in try QueryWords.server(text) } ?? words.server
        if let port {
            guard chosen == nil || chosen?.port == 0 else { throw QueryWordError.twice("port") }
            chosen = chosen ?? QueryRequest.defaultServer
            chosen?.port = port
        }
        guard var chosen else { return QueryRequest.defaultServer }
        if chosen.port == 0 { chosen.port = 53 }
        return chosen
    }
}
