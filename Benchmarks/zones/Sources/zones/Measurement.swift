import Glibc

/// What it costs to do something `count` times: processor time of this thread, which other work on the machine changes least, and the
/// memory that is in use more than before.
struct Measurement {
    let seconds: Double
    let mebibytes: Int

    init(_ body: () -> Void) {
        let (start, before) = (Self.processorSeconds, Self.residentOctets)
        body()
        seconds = Self.processorSeconds - start
        mebibytes = (Self.residentOctets - before) >> 20
    }

    /// Tells what each of `count` took.
    static func each(_ what: String, _ count: Int, _ body: () -> Void) {
        let nanoseconds = Measurement(body).seconds / Double(count) * 1e9
        print("\(what): \(Int(nanoseconds)) ns")
    }

    static func whole(_ what: String, _ body: () -> Void) {
        let measured = Measurement(body)
        let hundredths = Int(measured.seconds * 100)
        print("\(what): \(Double(hundredths) / 100) s, \(measured.mebibytes) MiB")
    }

    private static var processorSeconds: Double {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }

    private static var residentOctets: Int {
        guard let file = fopen("/proc/self/statm", "r") else { return 0 }
        defer { fclose(file) }
        var (total, resident) = (0, 0)
        withUnsafeMutablePointer(to: &total) { total in
            withUnsafeMutablePointer(to: &resident) { resident in
                _ = withVaList([total, resident]) { vfscanf(file, "%ld %ld", $0) }
            }
        }
        return resident * Int(sysconf(Int32(_SC_PAGESIZE)))
    }
}
