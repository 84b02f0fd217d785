import DNSWire
import DNSZones
import Dispatch
import Foundation
import Logging
import Synchronization

@testable import ZoneStore

func name(_ text: String) -> DomainName {
    DomainName(labels: text.split(separator: ".").map { Array($0.utf8) }) ?? .root
}

func address(_ number: UInt32) -> RData {
    RData(unchecked: [10, UInt8(number >> 16 & 255), UInt8(number >> 8 & 255), UInt8(number & 255)])
}

/// A zone with its SOA and one NS record.
func smallTree(_ apex: DomainName, serial: UInt32 = 1) -> ZoneTree {
    var tree = ZoneTree()
    let soa = StartOfAuthority(
        primary: name("ns.example"), mailbox: name("hostmaster.example"), serial: serial, refresh: 3600,
        retry: 600,
        expire: 86_400, minimum: 300)
    tree.set(RRset(apex, .soa, ttl: 3600, rdatas: [soa.rdata]))
    tree.set(RRset(apex, .ns, ttl: 3600, rdatas: [.name(name("ns.example"))]))
    return tree
}

func tree(_ apex: DomainName, serial: UInt32, hosts: Range<UInt32>) -> ZoneTree {
    var tree = smallTree(apex, serial: serial)
    for host in hosts {
        if let owner = apex.prepending(label: Array("h\(host)".utf8)) {
            tree.set(RRset(owner, .a, ttl: 60, rdatas: [address(host)]))
        }
    }
    return tree
}

/// Some kilobytes for each host, so that few of them make a snapshot of several pieces.
func largeTree(_ apex: DomainName, serial: UInt32, hosts: Range<UInt32>) -> ZoneTree {
    var tree = smallTree(apex, serial: serial)
    for host in hosts {
        if let owner = apex.prepending(label: Array("h\(host)".utf8)) {
            tree.set(RRset(owner, .txt, ttl: 60, rdatas: [.text([String(repeating: "x", count: 4000)])]))
        }
    }
    return tree
}

/// All records of a version, so that two can be compared.
func contents(_ version: ZoneVersion?) -> Set<Record> {
    guard let version else { return [] }
    var cursor = version.tree.cursor
    var records: Set<Record> = []
    while let rrset = cursor.next() { records.formUnion(rrset.records) }
    return records
}

/// Time that only moves when it is told to.
final class TestClock: Sendable {
    private struct State {
        var wall: Int64 = 1_700_000_000
        var monotonic: UInt64 = 1
        var timers: [(due: UInt64, work: @Sendable () -> Void)] = []
    }

    private let state = Mutex(State())

    var wall: Int64 { state.withLock { $0.wall } }

    func advance(_ seconds: Int64) {
        let due = state.withLock { state in
            state.wall += seconds
            state.monotonic += UInt64(seconds) * 1_000_000_000
            let due = state.timers.filter { $0.due <= state.monotonic }
            state.timers.removeAll { $0.due <= state.monotonic }
            return due.map(\.work)
        }
        for work in due { work() }
    }

    /// The wall clock is set, and the other goes on.
    func setWall(_ wall: Int64) { state.withLock { $0.wall = wall } }

    var clock: StoreClock {
        StoreClock(
            wall: { [self] in wall }, monotonic: { [self] in state.withLock { $0.monotonic } },
            after: { [self] seconds, work in
                state.withLock { $0.timers.append(($0.monotonic + UInt64(seconds) * 1_000_000_000, work)) }
            })
    }
}

/// A directory that is gone with the test.
final class TestDirectory: Sendable {
    let path: String

    init() {
        let url = FileManager.default.temporaryDirectory.appendingPathComponent(
            "homing-store-" + UUID().uuidString)
        try? FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        path = url.path
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    var file: String { path + "/zones.sqlite" }

    func size(of file: String) throws -> Int {
        try FileManager.default.attributesOfItem(atPath: path + "/" + file)[.size] as? Int ?? 0
    }

    /// What a process that is killed now would leave.
    func copy() throws -> TestDirectory {
        let copy = TestDirectory()
        for file in ["zones.sqlite", "zones.sqlite-wal"]
        where FileManager.default.fileExists(atPath: path + "/" + file) {
            try FileManager.default.copyItem(atPath: path + "/" + file, toPath: copy.path + "/" + file)
        }
        return copy
    }
}

let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

extension ZoneStore {
    static func open(_ directory: TestDirectory, _ clock: TestClock = TestClock()) throws -> ZoneStore {
        try ZoneStore(directory: directory.path, log: quiet, clock: clock.clock) { _, text in
            guard text != "nonsense" else { return nil }
            var settings = ZoneSettings()
            if text == "secondary" { settings.role = .secondary([]) }
            return settings
        }
    }

    func makeZone(
        _ apex: String, text: String = "primary", tree: ((DomainName) -> ZoneTree?)? = nil
    ) throws -> Zone {
        let apex = name(apex)
        var settings = ZoneSettings()
        if text == "secondary" { settings.role = .secondary([]) }
        return try createZone(
            NewZone(
                apex: apex, origin: .command, settings: settings, settingsText: text,
                tree: tree.map { $0(apex) } ?? smallTree(apex)))
    }

    func zone(_ apex: String) -> Zone? { directory.table.zone(at: name(apex)) }

    /// Runs something on the commit queue and waits for it.
    func onQueue<Value: Sendable>(_ body: @escaping @Sendable (Committer) -> Value) -> Value? {
        let done = DispatchSemaphore(value: 0)
        let result = Box<Value?>(nil)
        guard
            inbox.put({ committer in
                result.value = body(committer)
                done.signal()
            })
        else { return nil }
        done.wait()
        return result.value
    }

    /// Keeps the commit queue from going on until the result is called, so that what is submitted meanwhile is one group.
    func pause() -> () -> Void {
        let (reached, go) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
        inbox.put { _ in
            reached.signal()
            go.wait()
        }
        reached.wait()
        return { go.signal() }
    }

    /// Waits until nothing is left to do that could be done now.
    func settle() {
        while onQueue({ committer in
            committer.maintenance.isEmpty || committer.clock.monotonic() < committer.maintenance.heldOffUntil
        }) == false {}
    }

    // --- Changes ---

    /// Submits, and waits for the result.
    func change(_ zone: Zone, _ body: @escaping @Sendable (inout ZoneDraft) -> Bool) -> CommitResult? {
        let pending = Pending()
        pending.submit(self, zone, body)
        return pending.wait().first ?? nil
    }

    func set(_ zone: Zone, _ owner: String, _ number: UInt32) -> CommitResult? {
        change(zone) { draft in
            draft.set(RRset(name(owner), .a, ttl: 60, rdatas: [address(number)]))
            return true
        }
    }
}

final class Box<Value: Sendable>: Sendable {
    private let state: Mutex<Value>
    init(_ value: Value) { state = Mutex(value) }
    var value: Value {
        get { state.withLock { $0 } }
        set { state.withLock { $0 = newValue } }
    }
    func update(_ body: (inout Value) -> Void) { state.withLock { value in body(&value) } }
}

/// Several changes that are waited for together.
final class Pending: Sendable {
    private let group = DispatchGroup()
    private let results = Box<[Int: CommitResult]>([:])
    private let count = Box(0)

    @discardableResult
    func submit(
        _ store: ZoneStore, _ zone: Zone, destination: CompletionDestination? = nil,
        _ body: @escaping @Sendable (inout ZoneDraft) -> Bool
    ) -> Bool {
        let index = count.value
        count.update { $0 += 1 }
        group.enter()
        let change = PendingChange(zone: zone, destination: destination) { draft, _ -> Application<Bool> in
            body(&draft) ? .keep(true) : .undo(false)
        } completion: { [results, group] result, _ in
            results.update { $0[index] = result }
            group.leave()
        }
        guard store.submit(change) else {
            group.leave()
            return false
        }
        return true
    }

    /// In the order of submission; nil for what was not taken.
    func wait() -> [CommitResult?] {
        group.wait()
        return (0..<count.value).map { results.value[$0] }
    }
}

extension CommitResult {
    var isCommitted: Bool { if case .committed = self { true } else { false } }
    var isUnchanged: Bool { if case .unchanged = self { true } else { false } }
    var failure: String? { if case .failed(let error) = self { error.reason } else { nil } }
    var serial: UInt32? { if case .committed(let version) = self { version.serial.rawValue } else { nil } }
}

extension CommitResult? {
    var isCommitted: Bool { self?.isCommitted == true }
    var isUnchanged: Bool { self?.isUnchanged == true }
}
