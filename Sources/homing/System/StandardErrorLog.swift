import Glibc
import Logging
import Synchronization

/// Writes the log to standard error, a line for each event, each with one system call.
///
/// Under systemd the journal adds the time, so a line starts with its priority instead (sd-daemon(3)).
struct StandardErrorLog: LogHandler {
    var metadata: Logger.Metadata = [:]
    private let destination: LogDestination

    init(_ destination: LogDestination) { self.destination = destination }

    /// One level for all copies of the logger, so that a reload changes it everywhere.
    var logLevel: Logger.Level {
        get { destination.level }
        set { destination.level = newValue }
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        var line = destination.prefix(event.level) + event.message.description
        let all = metadata.merging(event.metadata ?? [:]) { $1 }
        for (key, value) in all.sorted(by: { $0.key < $1.key }) { line += " \(key)=\(value)" }
        destination.write(Self.printable(line))
    }

    /// What a peer can put into a line must not make another line or move a terminal's cursor.
    static func printable(_ line: String) -> String {
        guard line.unicodeScalars.contains(where: isControl) else { return line }
        return line.unicodeScalars.reduce(into: "") { text, scalar in
            if isControl(scalar) {
                text += "\\u{\(String(scalar.value, radix: 16))}"
            } else {
                text.unicodeScalars.append(scalar)
            }
        }
    }

    private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
        scalar.value < 0x20 || (0x7f..<0xa0).contains(scalar.value)
    }
}

/// Where log lines go, and from which level on.
final class LogDestination: Sendable {
    private let severity: Atomic<Int>
    private let isJournal: Bool
    private let output: @Sendable (String) -> Void

    init(level: Logger.Level = .info, isJournal: Bool = false, output: @escaping @Sendable (String) -> Void) {
        severity = Atomic(Self.index(of: level))
        self.isJournal = isJournal
        self.output = output
    }

    static func standardError() -> LogDestination {
        LogDestination(isJournal: standardErrorIsJournal) { line in
            let octets = Array((line + "\n").utf8)
            // There is nobody to tell when this fails.
            _ = unsafe Glibc.write(STDERR_FILENO, octets, octets.count)
        }
    }

    var level: Logger.Level {
        get { Logger.Level.allCases[severity.load(ordering: .relaxed)] }
        set { severity.store(Self.index(of: newValue), ordering: .relaxed) }
    }

    var logger: Logger { Logger(label: "homing") { _ in StandardErrorLog(self) } }

    func write(_ line: String) { output(line) }

    private static func index(of level: Logger.Level) -> Int {
        Logger.Level.allCases.firstIndex(of: level) ?? 0
    }

    func prefix(_ level: Logger.Level) -> String {
        isJournal ? "<\(Self.priority(level))>" : "\(Self.timestamp()) \(level.rawValue): "
    }

    /// syslog(3).
    private static func priority(_ level: Logger.Level) -> Int {
        switch level {
        case .critical: 2
        case .error: 3
        case .warning: 4
        case .notice: 5
        case .info: 6
        case .debug, .trace: 7
        }
    }

    /// systemd names the journal's socket by device and inode, as standard error may lead elsewhere meanwhile.
    private static var standardErrorIsJournal: Bool {
        var status = stat()
        guard let stream = Environment["JOURNAL_STREAM"], unsafe fstat(STDERR_FILENO, &status) == 0 else {
            return false
        }
        return stream == "\(status.st_dev):\(status.st_ino)"
    }

    /// UTC, with milliseconds.
    private static func timestamp() -> String {
        var now = timespec()
        var parts = unsafe tm()
        _ = unsafe clock_gettime(CLOCK_REALTIME, &now)
        _ = unsafe gmtime_r(&now.tv_sec, &parts)
        func digits(_ number: some BinaryInteger, _ width: Int) -> String {
            let text = "\(number)"
            return String(repeating: "0", count: max(0, width - text.count)) + text
        }
        let day = unsafe [
            digits(parts.tm_year + 1900, 4), digits(parts.tm_mon + 1, 2), digits(parts.tm_mday, 2),
        ]
        let time = unsafe [digits(parts.tm_hour, 2), digits(parts.tm_min, 2), digits(parts.tm_sec, 2)]
        return day.joined(separator: "-") + "T" + time.joined(separator: ":")
            + ".\(digits(now.tv_nsec / 1_000_000, 3))Z"
    }
}
