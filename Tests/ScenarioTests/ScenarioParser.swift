import DNSWire

extension Scenario {
    /// Reads a whole file.
    init(parsing text: String, dialect: Dialect) throws(ScenarioError) {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        guard let end = lines.firstIndex(where: { $0.drop(while: \.isWhitespace).hasPrefix("CONFIG_END") })
        else {
            throw ScenarioError(line: 1, reason: "no CONFIG_END")
        }
        header = try ScenarioHeader(lines: lines[..<end])
        let body = lines[(end + 1)...].joined(separator: "\n")
        var cursor = LineCursor(try Tokenizer.lines(of: body, startingAt: end + 2))
        let begin = try cursor.require("the scenario")
        guard begin.keyword == "SCENARIO_BEGIN" else {
            throw ScenarioError(line: begin.number, reason: "SCENARIO_BEGIN expected")
        }
        title = begin.arguments.map(\.text).joined(separator: " ")
        ranges = []
        steps = []
        reading: while true {
            let line = try cursor.require("the scenario")
            switch line.keyword {
            case "SCENARIO_END":
                break reading
            case "RANGE_BEGIN":
                ranges.append(try ScenarioRange(&cursor, begin: line, dialect: dialect))
            case "STEP":
                let step = try ScenarioStep(&cursor, line, dialect: dialect)
                if let last = steps.last, last.id >= step.id {
                    throw ScenarioError(line: line.number, reason: "step \(step.id) comes after \(last.id)")
                }
                steps.append(step)
            default:
                throw ScenarioError(line: line.number, reason: "\(line.keyword) is not a word of a scenario")
            }
        }
        guard !steps.isEmpty else {
            throw ScenarioError(line: begin.number, reason: "a scenario without steps")
        }
    }
}

extension ScenarioRange {
    fileprivate init(_ cursor: inout LineCursor, begin: Line, dialect: Dialect) throws(ScenarioError) {
        let numbers = begin.arguments.prefix(2).compactMap { Int($0.text) }
        // Addresses may also stand on lines of their own.
        let given = begin.arguments.dropFirst(2).map { IPAddress($0.text) }
        guard numbers.count == 2, numbers[0] <= numbers[1], !given.contains(nil) else {
            throw ScenarioError(line: begin.number, reason: "RANGE_BEGIN takes two rising numbers")
        }
        line = begin.number
        steps = numbers[0]...numbers[1]
        addresses = given.compactMap { $0 }
        entries = []
        while true {
            let line = try cursor.require("a range")
            switch line.keyword {
            case "RANGE_END":
                return
            case "ADDRESS":
                guard line.tokens.count == 2, let address = IPAddress(line.tokens[1].text) else {
                    throw ScenarioError(line: line.number, reason: "ADDRESS takes one address")
                }
                addresses.append(address)
            case "ENTRY_BEGIN":
                entries.append(try EntryParser.parse(&cursor, begin: line, dialect: dialect))
            default:
                throw ScenarioError(line: line.number, reason: "\(line.keyword) is not a word of a range")
            }
        }
    }
}

extension ScenarioStep {
    fileprivate init(_ cursor: inout LineCursor, _ line: Line, dialect: Dialect) throws(ScenarioError) {
        guard line.tokens.count >= 3, let id = Int(line.tokens[1].text) else {
            throw ScenarioError(line: line.number, reason: "STEP takes a number and a word")
        }
        self.line = line.number
        self.id = id
        var words = line.tokens.dropFirst(3).map(\.text)[...]

        func address(after word: String) throws(ScenarioError) -> IPAddress? {
            guard words.first == word else { return nil }
            guard words.count >= 2, let address = IPAddress(words.dropFirst().first ?? "") else {
                throw ScenarioError(line: line.number, reason: "\(word) takes an address")
            }
            words = words.dropFirst(2)
            return address
        }
        func entry() throws(ScenarioError) -> Entry {
            let begin = try cursor.require("a step")
            guard begin.keyword == "ENTRY_BEGIN" else {
                throw ScenarioError(line: begin.number, reason: "the step before needs an entry")
            }
            return try EntryParser.parse(&cursor, begin: begin, dialect: dialect)
        }

        switch line.tokens[2].text {
        case "QUERY":
            let from = try address(after: "ADDRESS") ?? IPAddress(127, 0, 0, 1)
            action = .query(try entry(), from: from)
        case "CHECK_ANSWER": action = .checkAnswer(try entry())
        case "CHECK_NO_ANSWER": action = .checkNoAnswer
        case "CHECK_OUT_QUERY":
            let to = try address(after: "ADDRESS")
            action = .checkOutQuery(try entry(), to: to)
        case "COUNT_OUT_QUERIES":
            var count = try OutQueryCount(&words, line)
            if cursor.peek()?.keyword == "ENTRY_BEGIN" { count.entry = try entry() }
            action = .countOutQueries(count)
        case "REPLY": action = .reply(try entry())
        case "TIMEOUT": action = .timeout
        case "ERROR": action = .error
        case "NOTHING", "TRAFFIC": action = .pause
        case "TIME_PASSES": action = try Self.timePasses(&words, line)
        case let word:
            action = .unsupported(word)
            words = []
        }
        guard words.isEmpty else {
            throw ScenarioError(
                line: line.number, reason: "\(words.joined(separator: " ")) is not understood")
        }
    }

    private static func timePasses(
        _ words: inout ArraySlice<String>, _ line: Line
    ) throws(ScenarioError) -> StepAction {
        if words.first == "EVAL" {
            words = []
            return .unsupported("TIME_PASSES EVAL")
        }
        guard words.count == 2, words.first == "ELAPSE", let seconds = Double(words.last ?? ""), seconds >= 0
        else {
            throw ScenarioError(line: line.number, reason: "TIME_PASSES takes ELAPSE and seconds")
        }
        words = []
        return .timePasses(seconds: seconds)
    }
}

extension OutQueryCount {
    fileprivate init(_ words: inout ArraySlice<String>, _ line: Line) throws(ScenarioError) {
        guard words.count >= 2, let comparison = Comparison(rawValue: words.removeFirst()),
            let number = Int(words.removeFirst())
        else {
            throw ScenarioError(line: line.number, reason: "COUNT_OUT_QUERIES takes =, <= or >= and a number")
        }
        self.comparison = comparison
        self.number = number
        while words.count >= 2 {
            let (word, value) = (words.removeFirst(), words.removeFirst())
            if word == "SINCE", let id = Int(value) {
                since = id
            } else if word == "TO", let address = IPAddress(value) {
                destination = address
            } else {
                throw ScenarioError(line: line.number, reason: "\(word) \(value) is not understood")
            }
        }
    }
}
