// Runs one workload so that it can be counted: `counts NAME` warms it up and then runs it `count` times inside of
// `counted`, which is what Benchmarks/micro/check has valgrind look at. Without a name: the workloads, each with its count.

import Glibc
import Workloads

/// All that is between its beginning and its end counts, and nothing else.
@inline(never)
func counted(_ operation: Workload.Operation, _ numbers: Range<Int>) -> Int {
    var failures = 0
    for number in numbers where !operation(number) { failures += 1 }
    return failures
}

func fail(_ reason: String) -> Never {
    print("counts: \(reason)")
    exit(1)
}

guard CommandLine.arguments.count == 2, let name = CommandLine.arguments.last else {
    for workload in Workload.all { print("\(workload.name)\t\(workload.count)") }
    exit(0)
}
guard let workload = Workload.all.first(where: { $0.name == name }) else {
    fail("no workload is called \(name)")
}
do {
    let operation = try workload.prepare()
    // What is allocated, looked up or bound once is so before.
    let warmup = 0..<workload.count / 4
    for number in warmup where !operation(number) { fail("\(name) failed while it was warmed up") }
    let failures = counted(operation, warmup.upperBound..<warmup.upperBound + workload.count)
    if failures > 0 { fail("\(name) failed \(failures) times") }
    _exit(0)
} catch {
    fail("\(name) could not be prepared: \(error)")
}
