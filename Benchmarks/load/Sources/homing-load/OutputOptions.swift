import ArgumentParser

/// What is told of a run.
struct OutputOptions: ParsableArguments {
    @Option(help: "Write all figures to this file.", completion: .file(extensions: ["json"]))
    var json: String?

    @Flag(
        inversion: .prefixedNo,
        help: "Tell on standard error each second how far it is; without it, on a terminal only.")
    var progress: Bool?

    @Option(help: "The process ID of the server, whose processor time is told.")
    var serverProcess: Int32?
}
