import DNSResolution
import DNSServer
import DNSWire
import Testing

/// Whole resolutions through the daemon's own service, against a scripted network and a clock that jumps.
@Suite struct ScenarioTests {
    @Test(arguments: ScenarioFile.own)
    func own(_ file: ScenarioFile) throws {
        try run(file, rules: .own, defaults: ServerSettings())
    }

    @Test(
        .enabled(if: !ScenarioFile.shared.isEmpty, "no shared scenarios beside this checkout"),
        arguments: ScenarioFile.sharedThatCanRun)
    func shared(_ file: ScenarioFile) throws {
        try run(file, rules: .shared(file.dialect), defaults: .ofOthers)
    }

    /// Unsigned data where nobody else may be asked is judged as it is: bogus, and no endless wait.
    @Test(.timeLimit(.minutes(1)))
    func withoutSecondOpinions() throws {
        let file = try #require(ScenarioFile.own.first { $0.name == "dnssec-retry-stripped.rpl" })
        var defaults = ServerSettings()
        defaults.resolver.limits.secondOpinions = 0
        let failure = try #require(throws: ScenarioFailure.self) {
            try run(file, rules: .own, defaults: defaults)
        }
        #expect(failure.transcript.contains("SERVFAIL"))
    }

    private func run(_ file: ScenarioFile, rules: RunnerRules, defaults: ServerSettings) throws {
        let scenario = try Scenario(parsing: try file.read(), dialect: file.dialect)
        var settings = try ScenarioSettings(scenario.header)
        if rules.strictness == .core { settings.takeForGrantedWhatOthersDo(file.dialect) }
        try ScenarioRunner.run(scenario, rules: rules, wall: settings.signatureTime) {
            ResolverService.scripted($0, settings, defaults: defaults)
        }
    }
}
