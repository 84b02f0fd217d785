import CLoad
import Glibc

/// Processor time in seconds.
public struct ProcessorTime: Sendable, Hashable {
    public var user: Double
    public var system: Double

    public var total: Double { user + system }

    /// Of this process so far.
    static func own() -> ProcessorTime {
        var (user, system): (Int64, Int64) = (0, 0)
        unsafe cload_processor_time(&user, &system)
        return ProcessorTime(user: Double(user) / 1e6, system: Double(system) / 1e6)
    }

    /// Of another process so far, with all its threads; nil when there is none.
    static func of(process: Int32) -> ProcessorTime? {
        guard let file = unsafe fopen("/proc/\(process)/stat", "r") else { return nil }
        defer { unsafe fclose(file) }
        var line = [CChar](repeating: 0, count: 1_024)
        guard unsafe fgets(&line, Int32(line.count), file) != nil else { return nil }
        return ProcessorTime(
            stat: String(decoding: line.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self))
    }

    /// From the line of `/proc/PID/stat` (proc_pid_stat(5)): the 14th and 15th field, in ticks. The name of the program,
    /// which is the second one, may have spaces and parentheses in it.
    init?(stat line: String, ticksPerSecond: Double = Double(sysconf(Int32(_SC_CLK_TCK)))) {
        guard let end = line.lastIndex(of: ")"), ticksPerSecond > 0 else { return nil }
        let fields = line[line.index(after: end)...].split(separator: " ")
        guard fields.count > 12, let user = Double(fields[11]), let system = Double(fields[12]) else {
            return nil
        }
        self.init(user: user / ticksPerSecond, system: system / ticksPerSecond)
    }

    init(user: Double, system: Double) {
        self.user = user
        self.system = system
    }

    static func - (later: ProcessorTime, earlier: ProcessorTime) -> ProcessorTime {
        ProcessorTime(user: later.user - earlier.user, system: later.system - earlier.system)
    }
}
