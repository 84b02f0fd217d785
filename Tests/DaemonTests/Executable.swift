import Foundation

/// The built executable, run as a process of its own.
enum Executable {
    /// Built beside the tests, as they depend on it.
    static let url = URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent().appending(
        path: "homing")

    /// What the thread sanitizer goes by: its suppressions, and the path on which it finds what names functions.
    static let sanitizerEnvironment = ProcessInfo.processInfo.environment.filter {
        ["TSAN_OPTIONS", "PATH"].contains($0.key)
    }

    struct Result {
        var output: String
        var errors: String
        var status: Int32
    }

    /// Runs it to its end.
    ///
    /// - Parameters:
    ///   - input: what it reads from standard input.
    ///   - before: what is put before the command, such as a program that runs others.
    static func run(
        _ arguments: [String], input: String = "", before: [String] = [], environment: [String: String] = [:]
    ) throws -> Result {
        let process = Process()
        let words = before + [url.path] + arguments
        process.executableURL = URL(filePath: words[0])
        process.arguments = Array(words.dropFirst())
        process.environment = environment.merging(sanitizerEnvironment) { own, _ in own }
        let (standardInput, output, errors) = (Pipe(), Pipe(), Pipe())
        process.standardInput = standardInput
        process.standardOutput = output
        process.standardError = errors
        try process.run()
        // No test has more than fits into the pipe.
        try standardInput.fileHandleForWriting.write(contentsOf: Data(input.utf8))
        try standardInput.fileHandleForWriting.close()
        let data = try output.fileHandleForReading.readToEnd() ?? Data()
        let errorData = try errors.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        return Result(
            output: String(decoding: data, as: UTF8.self), errors: String(decoding: errorData, as: UTF8.self),
            status: process.terminationStatus)
    }
}
