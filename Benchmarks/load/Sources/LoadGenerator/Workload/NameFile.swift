public import DNSWire
import Foundation

/// Questions from a file as dnsperf reads them: a name and a type on each line, and a class if it is not IN. Empty lines,
/// and what follows a semicolon or a number sign, say nothing.
public enum NameFile {
    /// - Parameter type: of lines that name none.
    public static func read(_ path: String, type: RecordType = .a) throws(LoadFailure) -> [Question] {
        let data: Data
        do {
            data = try Data(contentsOf: URL(fileURLWithPath: path))
        } catch {
            throw .unreadable(path: path, reason: error.localizedDescription)
        }
        return try questions(in: data, path: path, type: type)
    }

    static func questions(
        in text: some Collection<UInt8>, path: String, type: RecordType
    ) throws(LoadFailure) -> [Question] {
        var questions: [Question] = []
        let lines = text.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        for (index, line) in lines.enumerated() {
            let said = line.prefix { $0 != UInt8(ascii: ";") && $0 != UInt8(ascii: "#") }
            let words = said.split { $0 <= UInt8(ascii: " ") }.map { String(decoding: $0, as: UTF8.self) }
            guard !words.isEmpty else { continue }
            func fault(_ reason: String) -> LoadFailure {
                .badLine(path: path, line: index + 1, reason: reason)
            }
            guard questions.count < LoadLimits.questions else {
                throw fault("there are more than \(LoadLimits.questions) questions")
            }
            questions.append(try question(words, type, fault))
        }
        return questions
    }

    private static func question(
        _ words: [String], _ type: RecordType, _ fault: (String) -> LoadFailure
    ) throws(LoadFailure) -> Question {
        guard let name = try? DomainName(words[0]) else {
            throw fault("\"\(words[0])\" is not a domain name")
        }
        var question = Question(name, type)
        if words.count > 1 {
            guard let type = RecordType(words[1]) else {
                throw fault("\"\(words[1])\" is no record type")
            }
            question.qtype = type
        }
        if words.count > 2 {
            guard let qclass = RecordClass(words[2]) else {
                throw fault("\"\(words[2])\" is no class")
            }
            question.qclass = qclass
        }
        guard words.count <= 3 else { throw fault("there is more than a name, a type and a class") }
        return question
    }
}
