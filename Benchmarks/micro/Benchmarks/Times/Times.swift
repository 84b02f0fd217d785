import Benchmark
import Workloads

/// Each workload, a thousand operations for one sample.
let benchmarks: @Sendable () -> Void = {
    let configuration = Benchmark.Configuration(
        metrics: [.wallClock, .throughput], warmupIterations: 2, scalingFactor: .kilo,
        maxDuration: .seconds(2), maxIterations: 1_000)
    for workload in Workload.all {
        Benchmark(
            workload.name, configuration: configuration,
            closure: { benchmark, run in
                for _ in benchmark.scaledIterations where !run.next() {
                    benchmark.error("\(workload.name) failed")
                    break
                }
            },
            setup: { try Run(workload) })
    }
}

/// A workload on its way from one sample to the next.
private final class Run {
    private let operation: Workload.Operation
    private var number = 0

    init(_ workload: Workload) throws { operation = try workload.prepare() }

    func next() -> Bool {
        defer { number += 1 }
        return operation(number)
    }
}
