import ArgumentParser
import DNSWire
import LoadGenerator

/// What is asked for.
struct QuestionOptions: ParsableArguments {
    @Option(
        name: .shortAndLong, help: "A file with a name and a type on each line.", completion: .file())
    var file: String?

    @Option(
        name: .shortAndLong,
        help: "Ask for host0 to host(N-1) under --suffix; with --update-zone: how many hosts are updated.")
    var names: Int?

    @Option(help: "What generated names end in; also those of --miss-share.")
    var suffix: DomainName?

    @Option(help: "The type of questions that have none.")
    var type = "A"

    @Option(
        help: """
            Draw names by Zipf's law with this exponent, the first the most often (0.9 is like real clients); without it, \
            they are asked for in turn.
            """)
    var zipf: Double?

    @Option(help: "Of all queries, this percentage is for random names that nobody has asked for.")
    var missShare = 0.0

    @Option(help: "What names of --miss-share end in, if not in --suffix.")
    var missSuffix: DomainName?

    @Flag(help: "Send an OPT record (EDNS).")
    var edns = false

    @Flag(help: "Ask for DNSSEC records (the DO bit).")
    var dnssec = false

    @Flag(help: "Do not ask the server to resolve (clear the RD bit).")
    var noRecurse = false

    @Option(help: "Makes what is drawn the same in every run.")
    var seed: UInt64?

    func check(sendsUpdates: Bool) throws {
        if sendsUpdates {
            guard file == nil, suffix == nil, zipf == nil, missShare == 0 else {
                throw ValidationError(
                    "--update-zone sends updates; of the options for questions only --names goes with it.")
            }
        } else {
            guard (file != nil) != (names != nil) || (file == nil && names == nil && missShare == 100) else {
                throw ValidationError("What to ask for is said by --file or by --names and --suffix.")
            }
            guard names == nil || suffix != nil else { throw ValidationError("--names needs --suffix.") }
        }
        guard names.map({ (1...LoadLimits.questions).contains($0) }) ?? true else {
            throw ValidationError("--names is from 1 to \(LoadLimits.questions).")
        }
        guard (0...100).contains(missShare) else { throw ValidationError("--miss-share is from 0 to 100.") }
        guard missShare == 0 || missSuffix ?? suffix != nil else {
            throw ValidationError("--miss-share needs --miss-suffix or --suffix.")
        }
        guard zipf.map({ (0...10).contains($0) }) ?? true else {
            throw ValidationError("--zipf is from 0 to 10.")
        }
        guard RecordType(type) != nil else { throw ValidationError("\"\(type)\" is no record type.") }
    }

    func work() throws -> QueryWork {
        let type = RecordType(type) ?? .a
        var questions: [Question] = []
        if let file {
            questions = try NameFile.read(file, type: type)
            guard !questions.isEmpty else { throw LoadFailure.noQuestions }
        } else if let names, let suffix {
            questions = try GeneratedNames.questions(count: names, suffix: suffix, type: type)
        }
        var work = QueryWork(questions: questions)
        work.zipf = zipf
        work.missShare = missShare / 100
        work.missSuffix = missSuffix ?? suffix ?? .root
        work.options.recursionDesired = !noRecurse
        work.options.usesEDNS = edns || dnssec
        work.options.dnssecOK = dnssec
        return work
    }
}
