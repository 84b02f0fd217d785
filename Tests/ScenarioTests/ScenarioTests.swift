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

    private func run(_ file: ScenarioFile, rules: RunnerRules, defaults: ServerSettings) throws {
        let scenario = try Scenario(parsing: try file.read(), dialect: file.dialect)
        var settings = try ScenarioSettings(scenario.header)
        if rules.strictness == .core { settings.takeForGrantedWhatOthersDo(file.dialect) }
        try ScenarioRunner.run(scenario, rules: rules, wall: settings.signatureTime) {
            ResolverService.scripted($0, settings, defaults: defaults)
        }
    }
}
