import ArgumentParser

@main
struct Homing: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "homing")
}
