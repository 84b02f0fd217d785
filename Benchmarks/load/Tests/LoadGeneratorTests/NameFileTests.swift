import DNSWire
import Testing

@testable import LoadGenerator

@Suite struct NameFileTests {
    private func read(_ text: String) throws -> [Question] {
        try NameFile.questions(in: text.utf8, path: "names", type: .aaaa)
    }

    @Test func `each line is a name, a type and a class, of which only the name must be there`() throws {
        let text =
            "one.example A\n\n; nothing\ntwo.example.\tMX # why not\r\nthree.example\nversion.bind TXT CH"
        #expect(
            try read(text) == [
                Question("one.example.", .a), Question("two.example.", .mx),
                Question("three.example.", .aaaa),
                Question("version.bind.", .txt, .chaos),
            ])
    }

    @Test(arguments: [
        ("a..b A", "not a domain name"), ("one.example SOMETHING", "no record type"),
        ("one.example A XX", "no class"), ("one.example A IN 300", "more than"),
    ])
    func `a line that is wrong is named`(line: String, reason: String) throws {
        let failure = try #require(throws: LoadFailure.self) { try read("fine.example A\n" + line) }
        #expect("\(failure)".hasPrefix("names, line 2: "))
        #expect("\(failure)".contains(reason))
    }

    @Test func `a file that is not there is named`() throws {
        let failure = try #require(throws: LoadFailure.self) { try NameFile.read("/nowhere/names") }
        #expect("\(failure)".hasPrefix("/nowhere/names cannot be read"))
    }

    @Test func `generated names are numbered`() throws {
        let questions = try GeneratedNames.questions(count: 3, suffix: "lab.example.", type: .a)
        #expect(
            questions.map { "\($0.qname)" } == [
                "host0.lab.example.", "host1.lab.example.", "host2.lab.example.",
            ])
    }
}
