import Foundation
import LoadGenerator

/// The line on standard error that tells each second how far it is: one that changes on a terminal, one below the other
/// elsewhere.
struct ProgressLine {
    /// Nil: on a terminal.
    let isShown: Bool?

    func watch() -> (LoadProgress, Double, Double) -> Void {
        let isTerminal = isatty(STDERR_FILENO) == 1
        guard isShown ?? isTerminal else { return { _, _, _ in } }
        var before = LoadProgress()
        return { progress, interval, elapsed in
            let line = progress.line(since: before, interval: interval, elapsed: elapsed)
            before = progress
            let text = isTerminal ? "\r\u{1b}[K\(line)" : "\(line)\n"
            FileHandle.standardError.write(Data(text.utf8))
        }
    }
}
