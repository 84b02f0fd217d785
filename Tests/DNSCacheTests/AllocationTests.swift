import DNSWire
import Foundation
import Glibc
import Testing

@testable import DNSCache

/// Whether a piece of work allocates, seen from inside the process.
///
/// glibc keeps what a thread frees in a cache of that thread and counts it as in use. A new thread's cache is empty, so
/// even memory that was given back at once leaves a trace in `mallinfo2().uordblks`. Other threads disturb the figure, so
/// it is taken many times, and the median counts.
private enum AllocationTrace {
    nonisolated(unsafe) static var work: () -> Void = {}
    nonisolated(unsafe) static var trace = 0

    /// `struct mallinfo2 mallinfo2(void)` as the x86-64 calling convention has it: the caller says where the ten words of
    /// the result go. Swift's Glibc module lacks the header.
    private typealias Function = @convention(c) (UnsafeMutablePointer<Int>) -> UnsafeMutablePointer<Int>
    private static let mallinfo2 = unsafe dlsym(nil, "mallinfo2").map {
        unsafe unsafeBitCast($0, to: Function.self)
    }

    /// The figure is the whole process's, so these tests run in one that does nothing else: `Tests/run release` sees to it.
    static var isAvailable: Bool {
        #if arch(x86_64)
            unsafe mallinfo2 != nil && ProcessInfo.processInfo.environment["HOMING_ALONE"] != nil
        #else
            false
        #endif
    }

    /// Octets that are in use according to glibc.
    static var octetsInUse: Int {
        var words = InlineArray<10, Int>(repeating: 0)
        var span = words.mutableSpan
        unsafe span.withUnsafeMutableBufferPointer { buffer in
            if let first = buffer.baseAddress { _ = unsafe mallinfo2?(first) }
        }
        return words[7]
    }

    /// Octets that `work` leaves behind on a thread that never allocated before; 0: it did not allocate.
    static func measure(_ work: @escaping () -> Void) -> Int {
        unsafe Self.work = work
        var traces: [Int] = []
        for _ in 0..<101 {
            var thread: pthread_t = 0
            let failure = unsafe pthread_create(
                &thread, nil,
                { _ in
                    let work = unsafe AllocationTrace.work
                    let before = AllocationTrace.octetsInUse
                    work()
                    unsafe AllocationTrace.trace = AllocationTrace.octetsInUse - before
                    return nil
                }, nil)
            guard failure == 0 else { continue }
            pthread_join(thread, nil)
            traces.append(unsafe trace)
        }
        traces.sort()
        return traces.isEmpty ? -1 : traces[traces.count / 2]
    }
}

@Suite(.serialized, .enabled(if: AllocationTrace.isAvailable, "Tests/run release runs it alone"))
struct AllocationTests {
    @Test func freedMemoryLeavesATrace() {
        #expect(AllocationTrace.measure {} == 0)
        var sum = 0
        let trace = AllocationTrace.measure {
            let octets = [UInt8](repeating: 1, count: 40 + sum % 2)
            sum += Int(octets[sum % 40])
        }
        #expect(trace > 0)
    }

    /// Holds for optimised code; without, the compiler boxes what it likes.
    @Test func aHitAllocatesNothing() {
        let cache = cache()
        let question = Question(name("www.example.com"), .a)
        let records = (1...3).map {
            Record(question.qname, .a, ttl: 300, .address(IPAddress(192, 0, 2, UInt8($0))))
        }
        cache.admit(
            finished(question, answers: records, rotatingFrom: 0), for: question, variant: [], now: at(0))
        let packet = query(question)
        var buffer = [UInt8](repeating: 0, count: 1232)
        let moments = [at(1), at(299), at(301)]
        var hits = 0
        let trace = AllocationTrace.measure {
            // Fresh, in its last tenth and stale; turned or not; what fits and what does not.
            for index in 0..<12 {
                var response = buffer.mutableSpan
                let hit = cache.lookupAnswer(
                    packet.span, 12..<(packet.count - 4), .a, .internet, variant: [], now: moments[index % 3],
                    staleTTL: 30, turn: UInt16(truncatingIfNeeded: index), into: &response,
                    at: packet.count,
                    limit: index < 3 ? 60 : 1232)
                hits += hit == nil ? 0 : 1
            }
        }
        #expect(hits == 101 * 12)
        #if !DEBUG
            #expect(trace == 0)
        #else
            #expect(trace >= 0)
        #endif
    }
}
