import DNSTransport

/// Seconds that a test waits for what must come; only then it fails. Other programs may hold the machine for long.
let patience = 60.0

/// Nanoseconds after every test's end: the time-out of what must not time out.
let never: Int64 = 3_600_000_000_000

extension WorkerConfiguration {
    /// Times out nothing while a test runs, however slowly. A test about one of the time-outs sets that one.
    static var patient: WorkerConfiguration {
        var configuration = WorkerConfiguration()
        configuration.idleTimeout = never
        configuration.writeTimeout = never
        configuration.deferredTimeout = never
        configuration.upstreamIdleTimeout = never
        configuration.encryptedIdleTimeout = never
        return configuration
    }
}
