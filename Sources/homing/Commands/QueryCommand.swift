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

    private func parsed() throws -> (QueryRequest, isJSON: Bool) {
        do throws(QueryWordError) {
            let words = try QueryWords(words + optionsAsWords)
            return (try QueryRequest(words, port: port, timeout: timeout), words.given.contains("+json"))
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
