import DNSWire
import Testing

/// Every file can be read before any of it is run.
@Suite struct ScenarioFileTests {
    @Test func thereAreEnoughOfOurOwn() {
        #expect(ScenarioFile.own.count >= 70)
    }

    @Test(arguments: ScenarioFile.own)
    func ownFileIsWellFormed(_ file: ScenarioFile) throws {
        let text = try file.read()
        #expect(text.hasPrefix("; "), "a file begins with its source and its claim")
        let scenario = try Scenario(parsing: text, dialect: .testbound)
        let settings = try ScenarioSettings(scenario.header)
        #expect(settings.unknownKeys.isEmpty)
        #expect(scenario.header.serverSettings.isEmpty == false)
        let lastID = try #require(scenario.steps.last).id
        for range in scenario.ranges {
            #expect(!range.entries.isEmpty, "line \(range.line)")
            #expect(range.steps.lowerBound <= lastID, "line \(range.line): no step ever reaches this range")
            #expect(range.addresses.count <= 1, "line \(range.line)")
        }
        for step in scenario.steps {
            if case .unsupported(let word) = step.action { Issue.record("line \(step.line): \(word)") }
            if case .countOutQueries(let count) = step.action, let since = count.since {
                #expect(scenario.steps.contains { $0.id == since }, "line \(step.line): no step \(since)")
            }
        }
    }

    @Test(
        .enabled(if: !ScenarioFile.shared.isEmpty, "no shared scenarios beside this checkout"),
        arguments: ScenarioFile.sharedWithoutExceptions)
    func sharedFileCanBeRead(_ file: ScenarioFile) throws {
        let scenario = try Scenario(parsing: try file.read(), dialect: file.dialect)
        _ = try ScenarioSettings(scenario.header)
        #expect(!scenario.steps.isEmpty)
    }
}
