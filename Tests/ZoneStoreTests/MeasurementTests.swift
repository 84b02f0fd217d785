import DNSWire
import DNSZones
import Dispatch
import Foundation
import Testing

@testable import ZoneStore

/// Figures rather than verdicts, and so only where they are asked for, alone and optimised:
/// `HOMING_MEASURE=1 swift test -c release --filter ZoneStoreTests.MeasurementTests`.
@Suite(.serialized, .enabled(if: ProcessInfo.processInfo.environment["HOMING_MEASURE"] != nil))
struct MeasurementTests {
    let directory = TestDirectory()

    /// Nanoseconds of this process's own CPU time.
    private func cpuTime() -> Int {
        var time = timespec()
        unsafe clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return time.tv_sec * 1_000_000_000 + time.tv_nsec
    }

    private func wallTime() -> Int { Int(DispatchTime.now().uptimeNanoseconds) }

    private func residentOctets() -> Int {
        guard let text = try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8) else { return 0 }
        let fields = text.split(separator: " ")
        return fields.count > 1 ? (Int(fields[1]) ?? 0) * 4096 : 0
    }

    private func open() throws -> ZoneStore {
        try ZoneStore(directory: directory.path, log: quiet) { _, _ in ZoneSettings() }
    }

    private func makeZone(_ store: ZoneStore, _ apex: String, hosts: Range<UInt32>) throws -> Zone {
        try store.createZone(
            NewZone(
                apex: name(apex), origin: .command, settings: ZoneSettings(), settingsText: "",
                tree: tree(name(apex), serial: 1, hosts: hosts)))
    }

    /// Clients that send their next update when the last was acknowledged, from a queue of their own like a worker's.
    private final class Load: Sendable {
        private struct State: Sendable {
            var left: Int
            var latencies: [Int] = []
        }

        private let state: Box<State>
        private let done = DispatchGroup()
        private let worker = DispatchQueue(label: "worker")
        private let store: ZoneStore
        private let zones: [Zone]
        private let owners: [[DomainName]]
        private let hosts: Int

        init(_ store: ZoneStore, _ zones: [Zone], hosts: Int, count: Int) {
            self.store = store
            self.zones = zones
            self.hosts = hosts
            state = Box(State(left: count))
            owners = zones.map { zone in (0..<hosts).map { name("h\($0).\(zone.apex)") } }
        }

        func run(inFlight: Int) -> [Int] {
            let destination = CompletionDestination { [worker] batch in
                worker.async { for completed in batch { completed.run() } }
            }
            worker.async { for _ in 0..<inFlight { self.next(destination) } }
            for _ in 0..<inFlight { done.enter() }
            done.wait()
            return state.value.latencies.sorted()
        }

        private func next(_ destination: CompletionDestination) {
            var number = 0
            state.update {
                number = $0.left
                $0.left -= 1
            }
            guard number > 0 else { return done.leave() }
            let start = Int(DispatchTime.now().uptimeNanoseconds)
            let place = number % zones.count
            let owner = owners[place][(number &* 7919) % hosts]
            let rdata = address(UInt32(truncatingIfNeeded: number))
            let change = PendingChange(zone: zones[place], destination: destination) {
                draft, _ -> Application<Void> in
                draft.set(RRset(owner, .a, ttl: 60, rdatas: [rdata]))
                return .keep(())
            } completion: { [self] _, _ in
                state.update { $0.latencies.append(Int(DispatchTime.now().uptimeNanoseconds) - start) }
                next(destination)
            }
            _ = store.submit(change)
        }
    }

    private func measure(_ store: ZoneStore, _ zones: [Zone], hosts: Int, inFlight: Int, count: Int) {
        let load = Load(store, zones, hosts: hosts, count: count)
        let (commits, cpu, wall) = (store.figures.commits, cpuTime(), wallTime())
        let latencies = load.run(inFlight: inFlight)
        let seconds = Double(wallTime() - wall) / 1e9
        let made = Double(store.figures.commits - commits)
        let median = Double(latencies[latencies.count / 2]) / 1e6
        let late = Double(latencies[latencies.count * 99 / 100]) / 1e6
        print(
            "\(zones.count) zone(s) of \(hosts), \(inFlight) in flight: "
                + "\(Int(Double(count) / seconds)) updates/s, \(Int(made / seconds)) commits/s, "
                + String(
                    format: "%.1f µs CPU an update, median %.2f ms, 99%% %.2f ms",
                    Double(cpuTime() - cpu) / 1000 / Double(count), median, late))
    }

    @Test(arguments: [1, 4]) func `updates a second`(_ zoneCount: Int) throws {
        let store = try open()
        let zones = try (0..<zoneCount).map { try makeZone(store, "zone\($0).example", hosts: 0..<1000) }
        measure(store, zones, hosts: 1000, inFlight: 200, count: 50_000)
        measure(store, zones, hosts: 1000, inFlight: 1, count: 5000)
        measure(store, zones, hosts: 1000, inFlight: 20, count: 50_000)
        measure(store, zones, hosts: 1000, inFlight: 200, count: 300_000)
        print(
            "snapshots \(store.figures.snapshotsWritten), checkpoints \(store.figures.checkpoints), "
                + "file \(try directory.size(of: "zones.sqlite") >> 10) KiB, "
                + "log \(try directory.size(of: "zones.sqlite-wal") >> 10) KiB")
        store.close()
    }

    @Test func `a million RRsets`() throws {
        let start = residentOctets()
        do {
            let store = try open()
            let began = wallTime()
            let zone = try makeZone(store, "example", hosts: 0..<1_000_000)
            print("made in \(Double(wallTime() - began) / 1e9) s")
            measure(store, [zone], hosts: 1_000_000, inFlight: 1, count: 2000)
            measure(store, [zone], hosts: 1_000_000, inFlight: 200, count: 200_000)
            store.settle()
            store.close()
        }
        let before = residentOctets()
        let (began, cpu) = (wallTime(), cpuTime())
        let store = try open()
        print(
            "loaded \(store.zone("example")?.version?.tree.rrsetCount ?? 0) RRsets in "
                + "\(Double(wallTime() - began) / 1e9) s, CPU \(Double(cpuTime() - cpu) / 1e9) s, "
                + "\((residentOctets() - before) >> 20) MiB beside \((before - start) >> 20) of before, "
                + "file \(try directory.size(of: "zones.sqlite") >> 20) MiB")
        store.close()
    }
}
