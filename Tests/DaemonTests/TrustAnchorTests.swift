import DNSValidation
import DNSWire
import Foundation
import Synchronization
import Testing

@testable import homing

/// Trust anchors in the running daemon: followed, kept, signalled and answered for.
@Suite struct TrustAnchorTests {
    private static let day: Int64 = 86_400

    /// What changes while a daemon runs.
    private final class World: Sendable {
        let now = Mutex<Int64>(1_800_000_000)
        let keys = Mutex(RollingRoot.announced)

        var script: ScriptedUpstream.Script {
            { question in
                let keys = self.keys.withLock { $0 }
                var response = Message()
                response.answers = Self.records(keys + "\n" + RollingRoot.sentinels).filter { record in
                    record.ownerName == question.qname
                        && (record.type == question.qtype
                            || Signature(record.rdata)?.typeCovered == question.qtype)
                }
                if response.answers.isEmpty { response.responseCode = .nxDomain }
                return response
            }
        }

        private static func records(_ text: String) -> [Record] {
            var reader = MasterFileReader(text: text, origin: .root, defaultTTL: 172_800)
            var records: [Record] = []
            while let record = try? reader.next() { records.append(record) }
            return records
        }
    }

    private struct House {
        let daemon: TestDaemon
        let yaml: String

        /// Time passes, and what is due is done.
        func pass(days: Int64, in world: World) throws {
            world.now.withLock { $0 += days * TrustAnchorTests.day }
            #expect(try daemon.reload(yaml))
        }
    }

    private let state: TestDirectory
    private let anchor: TestFile

    init() throws {
        state = try TestDirectory()
        anchor = try TestFile(RollingRoot.anchor)
    }

    private func house(_ world: World, keys: String = "", state path: String? = nil) throws -> House {
        let yaml = """
            process: {workers: 2, state-directory: \(path ?? state.path)}
            dnssec: {trust-anchors: \(anchor.path)\(keys)}
            """
        let daemon = try TestDaemon(yaml, wallClock: { world.now.withLock { $0 } }, script: world.script)
        return House(daemon: daemon, yaml: yaml)
    }

    private var saved: String {
        (try? String(contentsOfFile: state.path + "/trust-anchors", encoding: .utf8)) ?? ""
    }

    /// Waits until the keys were seen that are there now: an answer still on its way might be older than what comes next.
    private func waitForKeys(_ world: World) throws {
        let now = TimestampText.text(world.now.withLock { $0 })
        try wait { saved.contains("refreshed \(now) ") }
    }

    // --- RFC 5011 ---

    @Test func rolloverIsFollowedAcrossARestart() throws {
        let world = World()
        do {
            let house = try house(world)
            #expect(house.daemon.log.contains("trust anchor"))
            try wait { house.daemon.log.contains("a new key is announced") }
            #expect(house.daemon.upstream.questions.contains(Question(".", .dnskey)))
            try wait { saved.contains("key pending 12631") }
            #expect(saved.contains("key valid 59662"))
        }
        // Half of the waiting is done by another run.
        world.now.withLock { $0 += 15 * Self.day }
        let house = try house(world)
        try waitForKeys(world)
        try house.pass(days: 14, in: world)
        try waitForKeys(world)
        #expect(!house.daemon.log.contains("a key is trusted from now on"))
        try house.pass(days: 2, in: world)
        try waitForKeys(world)
        #expect(house.daemon.log.contains("a key is trusted from now on"))
        #expect(saved.contains("key valid 12631"))
        world.keys.withLock { $0 = RollingRoot.revoked }
        try house.pass(days: 2, in: world)
        try waitForKeys(world)
        #expect(house.daemon.log.contains("a key was revoked by its owner"))
        #expect(saved.contains("key revoked 59662"))
        try wait { state.namesBesideZones == ["trust-anchors"] }
    }

    @Test func keysAreAskedForWhenTheyAreDueAndNoSooner() throws {
        let world = World()
        let house = try house(world, keys: ", signal-anchors: no")
        try wait { saved.contains("key pending 12631") }
        // Not what the server counts: a slow answer is asked for again.
        #expect(house.daemon.figure("homing_resolutions_total") == 1)
        try house.pass(days: 0, in: world)
        #expect(house.daemon.figure("homing_resolutions_total") == 1)
        // Half of the TTL of two days.
        try house.pass(days: 1, in: world)
        #expect(house.daemon.figure("homing_resolutions_total") == 2)
    }

    @Test func rolloversAreNotFollowedWhenSwitchedOff() throws {
        let world = World()
        let house = try house(world, keys: ", follow-rollovers: no")
        try house.pass(days: 1, in: world)
        #expect(house.daemon.upstream.questions.isEmpty)
        #expect(state.namesBesideZones.isEmpty)
    }

    @Test func damagedStateIsSetAside() throws {
        try "saved 20261122193731\nzone .\nkey good\nend\n".write(
            toFile: state.path + "/trust-anchors", atomically: false, encoding: .utf8)
        let house = try house(World())
        #expect(house.daemon.log.contains("/trust-anchors:3: a state expected"))
        try wait { house.daemon.log.contains("a new key is announced") }
        // While it is written, the new file has a name of its own.
        try wait { state.namesBesideZones == ["trust-anchors", "trust-anchors.damaged"] }
    }

    @Test func stateThatCannotBeSavedIsSaidOnce() throws {
        let world = World()
        let house = try house(world, state: "/proc/homing")
        try wait { house.daemon.log.contains("a new key is announced") }
        try house.pass(days: 1, in: world)
        #expect(house.daemon.log.count(of: "what is learned of trust anchors cannot be saved") == 1)
    }

    // --- RFC 8145 ---

    @Test func trustedKeysAreSignalledByOneWorker() throws {
        let house = try house(World())
        try wait { house.daemon.upstream.questions.contains(Question("_ta-e90e.", .null)) }
        _ = try codes(house)
        // The keys, the signal and three sentinels.
        #expect(house.daemon.figure("homing_resolutions_total") == 5)
    }

    // --- RFC 8509 ---

    private func codes(_ house: House, checkingDisabled: Bool = false) throws -> [ResponseCode] {
        let names: [DomainName] = [
            "root-key-sentinel-is-ta-59662.", "root-key-sentinel-not-ta-59662.",
            "root-key-sentinel-is-ta-12631.",
        ]
        return try names.map { name in
            let socket = try house.daemon.socket(isStream: true)
            var query = Message(header: Header(id: 7), questions: [Question(name, .a)])
            query.header.flags = checkingDisabled ? [.rd, .cd] : .rd
            try socket.send(framed(query.compose(limit: 512)))
            let octets = try socket.receiveFramed()
            return try Message(parsing: octets.span).responseCode
        }
    }

    @Test func sentinelsTellWhichKeysAreTrusted() throws {
        let house = try house(World())
        for _ in 0..<2 { #expect(try codes(house) == [.noError, .serverFailure, .serverFailure]) }
        #expect(try codes(house, checkingDisabled: true) == [.noError, .noError, .noError])
    }

    @Test func sentinelsAreOrdinaryNamesWhenSwitchedOff() throws {
        let house = try house(World(), keys: ", sentinel: no")
        #expect(try codes(house) == [.noError, .noError, .noError])
    }

    // --- The clock ---

    @Test func wrongClockIsSaid() throws {
        let world = World()
        world.now.withLock { $0 = 86_400 }
        let house = try house(world)
        #expect(house.daemon.log.contains("the clock is wrong: it shows 1970-01-02"))
    }

    @Test func clockIsComparedWithWhatIsKnown() {
        let now: Int64 = 1_800_000_000
        #expect(WallClock.complaint(at: now, saved: nil) == nil)
        #expect(WallClock.complaint(at: now, saved: now + 3_600) == nil)
        #expect(WallClock.complaint(at: now, saved: now + 2 * Self.day)?.contains("2027-01-17") == true)
        #expect(WallClock.complaint(at: now, distance: 300 * Self.day) == nil)
        #expect(
            WallClock.complaint(at: now, distance: 800 * Self.day)?.hasSuffix("expired 2 years ago") == true)
        #expect(WallClock.complaint(at: now, distance: -400 * Self.day)?.hasSuffix("begin in 1 year") == true)
    }
}
