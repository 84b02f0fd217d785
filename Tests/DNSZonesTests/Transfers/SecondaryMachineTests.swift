import DNSWire
import DNSZones
import SeededRandom
import Testing

@Suite struct SecondaryMachineTests {
    /// A machine with a clock that jumps, and primaries that hold what the test says.
    struct Bench {
        var machine: SecondaryMachine
        var now = Moment(monotonic: 0, uptime: 1_000_000, wall: 1_700_000_000)
        var generator = SeededGenerator(seed: 1)
        /// What came last, `wake` and `persist` aside.
        var actions: [SecondaryMachine.Action] = []
        /// The last that was begun.
        var step = 0
        var wake: Int64?
        var persisted: SecondaryState?

        init(
            primaries: Int = 2, serial: UInt32? = nil, state: SecondaryState? = nil,
            wall: Int64 = 1_700_000_000
        ) {
            now.wall = wall
            machine = SecondaryMachine(
                primaryCount: primaries, soa: serial.map { SecondaryMachineTests.soa($0) }, state: state,
                now: now)
            take(machine.start(now: now, using: &generator))
        }

        mutating func take(_ new: [SecondaryMachine.Action]) {
            actions = []
            for action in new {
                switch action {
                case .wake(let time): wake = time
                case .persist(let state): persisted = state
                case .askSOA(_, let number), .transfer(_, _, let number), .publish(let number):
                    step = number
                    actions.append(action)
                default: actions.append(action)
                }
            }
        }

        mutating func handle(_ event: SecondaryMachine.Event) {
            take(machine.handle(event, now: now, using: &generator))
        }

        mutating func pass(_ seconds: Double) { now = now.advanced(bySeconds: seconds) }

        /// Jumps to when the machine wants to be woken.
        mutating func sleep() {
            pass(Double(max(0, (wake ?? 0) - now.uptime)) / 1_000)
            handle(.timer)
        }

        /// Whether the last event began a step.
        var hasBegun: Bool {
            switch actions.last {
            case .askSOA, .transfer, .publish: true
            default: false
            }
        }

        mutating func answer(_ serial: UInt32) { handle(.soaAnswered(step: step, SerialNumber(serial))) }
        mutating func fail(_ failure: TransferFailure = .unreachable) { handle(.failed(step: step, failure)) }

        mutating func deliver(_ serial: UInt32) {
            handle(.transferred(step: step, .version(SecondaryMachineTests.soa(serial))))
            handle(.published(step: step))
        }
    }

    static func soa(
        _ serial: UInt32, refresh: UInt32 = 3_600, retry: UInt32 = 600, expire: UInt32 = 86_400
    ) -> StartOfAuthority {
        StartOfAuthority(
            primary: "ns.test.", mailbox: "h.test.", serial: serial, refresh: refresh, retry: retry,
            expire: expire,
            minimum: 60)
    }

    // --- From the beginning ---

    @Test func `a zone that was never there is transferred at once`() {
        var bench = Bench()
        #expect(bench.actions == [.transfer(primary: 0, .full, step: 1)])
        bench.handle(.transferred(step: 1, .version(Self.soa(5))))
        #expect(bench.actions == [.publish(step: 2)] && bench.machine.serial == nil)
        bench.handle(.published(step: 2))
        #expect(bench.actions.isEmpty && bench.machine.serial == SerialNumber(5))
        #expect(bench.persisted == SecondaryState(refreshedAt: bench.now.wall))
        // A refresh interval, up to a quarter shorter.
        let wait = (bench.wake ?? 0) - bench.now.uptime
        #expect((2_700_000...3_600_000).contains(wait))
        #expect(bench.machine.expiry == bench.now.uptime + 86_400_000)
    }

    @Test func `primaries are tried in turn, then again, less and less often`() {
        var bench = Bench()
        var last: Int64 = 0
        for round in 1...12 {
            #expect(bench.actions == [.transfer(primary: 0, .full, step: 2 * round - 1)])
            bench.fail(.responseCode(.serverFailure))
            #expect(bench.actions == [.transfer(primary: 1, .full, step: 2 * round)])
            bench.fail()
            #expect(bench.actions.isEmpty && bench.machine.failureCount == round)
            let wait = (bench.wake ?? 0) - bench.now.uptime
            #expect(wait <= 900_000 && (round > 8 || wait > last))
            last = wait
            bench.sleep()
        }
        #expect(last > 600_000)
    }

    @Test func `a stored zone is checked soon, not at once`() {
        var bench = Bench(serial: 5, state: SecondaryState(refreshedAt: 1_699_999_000))
        #expect(bench.actions.isEmpty)
        #expect((0...5_000).contains((bench.wake ?? 0) - bench.now.uptime))
        #expect(bench.machine.expiry == bench.now.uptime + 85_400_000)
        bench.sleep()
        #expect(bench.actions == [.askSOA(primary: 0, step: 1)])
    }

    @Test func `a stored zone that has expired meanwhile is not answered from`() {
        let bench = Bench(serial: 5, state: SecondaryState(refreshedAt: 1_700_000_000 - 86_400))
        #expect(bench.actions == [.expire, .transfer(primary: 0, .full, step: 1)])
    }

    @Test(arguments: [Int64.min, -1, 1_800_000_000, .max])
    func `a clock that went back makes a zone no older`(_ refreshedAt: Int64) {
        for wall in [0, -5, 1_700_000_000, Int64.max, .min] as [Int64] {
            let state = SecondaryState(refreshedAt: refreshedAt)
            let bench = Bench(serial: 5, state: state, wall: wall)
            if wall <= refreshedAt { #expect(bench.actions.isEmpty) }
        }
    }

    // --- Checks ---

    /// A bench whose zone was confirmed just now.
    static func loaded(primaries: Int = 2) -> Bench {
        var bench = Bench(primaries: primaries)
        bench.deliver(5)
        return bench
    }

    @Test func `refresh asks all primaries until one is ahead`() {
        var bench = Self.loaded()
        bench.sleep()
        #expect(bench.actions == [.askSOA(primary: 0, step: 3)])
        bench.answer(5)
        #expect(bench.actions == [.askSOA(primary: 1, step: 4)])
        bench.answer(7)
        #expect(bench.actions == [.transfer(primary: 1, .incremental(since: SerialNumber(5)), step: 5)])
        bench.deliver(7)
        #expect(bench.machine.serial == SerialNumber(7) && !bench.machine.isChecking)
    }

    @Test func `one that is the same is enough to stay fresh`() {
        var bench = Self.loaded()
        bench.sleep()
        bench.answer(5)
        bench.fail()
        #expect(bench.machine.failureCount == 0 && bench.machine.refreshedAt == bench.now.uptime)
    }

    @Test func `one that is behind confirms nothing`() {
        var bench = Self.loaded()
        let refreshedAt = bench.machine.refreshedAt
        bench.sleep()
        bench.answer(4)
        bench.answer(0x8000_0005)
        #expect(bench.machine.failureCount == 1 && bench.machine.refreshedAt == refreshedAt)
        let wait = (bench.wake ?? 0) - bench.now.uptime
        #expect((450_000...600_000).contains(wait))
    }

    @Test func `IXFR that goes wrong becomes AXFR from the same primary`() {
        for failure in [
            TransferFailure.doesNotApply("a.test.", .a), .responseCode(.notImplemented), .noRecords,
        ] {
            var bench = Self.loaded()
            bench.sleep()
            bench.answer(6)
            bench.fail(failure)
            #expect(bench.actions == [.transfer(primary: 0, .full, step: 5)])
            bench.fail(failure)
            #expect(bench.actions == [.askSOA(primary: 1, step: 6)])
        }
        var bench = Self.loaded()
        bench.sleep()
        bench.answer(6)
        bench.fail(.unreachable)
        #expect(bench.actions == [.askSOA(primary: 1, step: 5)])
    }

    @Test func `a transfer that brings nothing newer is not published`() {
        var bench = Self.loaded(primaries: 1)
        bench.sleep()
        bench.answer(6)
        bench.handle(.transferred(step: bench.step, .upToDate(SerialNumber(5))))
        #expect(bench.actions.isEmpty && bench.machine.failureCount == 0)
        bench.sleep()
        bench.answer(6)
        bench.handle(.transferred(step: bench.step, .version(Self.soa(4))))
        #expect(
            bench.actions.isEmpty && bench.machine.failureCount == 1
                && bench.machine.serial == SerialNumber(5))
    }

    @Test func `what cannot be stored is not held, and no other primary asked`() {
        var bench = Self.loaded()
        bench.sleep()
        bench.answer(6)
        bench.handle(.transferred(step: bench.step, .version(Self.soa(6))))
        bench.fail(.notStored)
        #expect(
            bench.actions.isEmpty && bench.machine.serial == SerialNumber(5)
                && bench.machine.failureCount == 1)
    }

    @Test func `results of steps that are over do nothing`() {
        var bench = Self.loaded()
        bench.sleep()
        let step = bench.step
        bench.answer(6)
        let current = bench.step
        bench.handle(.soaAnswered(step: step, SerialNumber(9)))
        bench.handle(.failed(step: step, .unreachable))
        bench.handle(.published(step: current))
        bench.handle(.soaAnswered(step: current, SerialNumber(9)))
        #expect(bench.actions.isEmpty && bench.machine.isChecking)
        bench.handle(.transferred(step: current, .version(Self.soa(6))))
        #expect(bench.actions == [.publish(step: current + 1)])
    }

    @Test func `a step that nobody ends is given up`() {
        var bench = Self.loaded()
        bench.sleep()
        let step = bench.step
        bench.sleep()
        #expect(bench.actions == [.abandon(step: step), .askSOA(primary: 1, step: step + 1)])
        bench.answer(6)
        bench.sleep()
        #expect(bench.actions == [.abandon(step: step + 2)] && bench.machine.lastFailure == .timedOut)
    }

    @Test func `the operator can have all of it anew`() {
        var bench = Self.loaded(primaries: 1)
        bench.handle(.checkWanted(full: false))
        #expect(bench.actions == [.askSOA(primary: 0, step: 3)])
        // One more, while that is under way.
        bench.handle(.checkWanted(full: true))
        bench.answer(5)
        bench.sleep()
        #expect(bench.actions == [.transfer(primary: 0, .full, step: 4)])
        bench.deliver(3)
        #expect(bench.machine.serial == SerialNumber(3))
    }

    // --- Expiry ---

    @Test func `a zone goes when nobody confirms it, and comes back`() {
        var bench = Self.loaded()
        let expiry = bench.machine.expiry ?? 0
        var rounds = 0
        while bench.machine.serial != nil, rounds < 1_000 {
            bench.sleep()
            while bench.hasBegun { bench.fail() }
            rounds += 1
        }
        #expect(bench.now.uptime == expiry && bench.machine.expiry == nil)
        while !bench.hasBegun { bench.sleep() }
        #expect(bench.actions.last == .transfer(primary: 0, .full, step: bench.step))
        bench.deliver(5)
        #expect(bench.machine.serial == SerialNumber(5) && bench.machine.failureCount == 0)
    }

    @Test func `a zone that expires during its transfer is taken`() {
        var bench = Self.loaded(primaries: 1)
        bench.pass(86_399)
        bench.handle(.timer)
        bench.answer(6)
        let step = bench.step
        bench.pass(2)
        bench.handle(.timer)
        #expect(bench.actions == [.expire])
        bench.handle(.transferred(step: step, .version(Self.soa(6))))
        #expect(bench.actions == [.publish(step: step + 1)])
        bench.handle(.published(step: step + 1))
        #expect(bench.machine.serial == SerialNumber(6))
    }

    @Test func `a wall clock that is set does not expire a zone`() {
        var bench = Self.loaded()
        bench.now.wall += 100_000_000
        bench.handle(.timer)
        #expect(bench.actions.isEmpty && bench.machine.serial == SerialNumber(5))
    }

    @Test func `absurd times are kept within reason`() {
        let never = SecondaryTimers(Self.soa(1, refresh: .max, retry: .max, expire: .max))
        #expect(
            never.refresh == 28 * 86_400_000 && never.retry == 14 * 86_400_000
                && never.expire == 168 * 86_400_000)
        let always = SecondaryTimers(Self.soa(1, refresh: 0, retry: 0, expire: 0))
        #expect(always.refresh == 5_000 && always.retry == 5_000 && always.expire == 10_000)
    }

    // --- NOTIFY ---

    @Test func `NOTIFY has its sender asked first`() {
        var bench = Self.loaded()
        bench.pass(10)
        bench.handle(.notified(primary: 1, serial: SerialNumber(6)))
        #expect(bench.actions == [.askSOA(primary: 1, step: 3)])
        // The same version there ends the check.
        bench.answer(5)
        #expect(bench.actions.isEmpty && !bench.machine.isChecking)
    }

    @Test func `NOTIFY of what is held is no work`() {
        var bench = Self.loaded()
        bench.pass(10)
        for serial in [5, 4] as [UInt32] {
            bench.handle(.notified(primary: 1, serial: SerialNumber(serial)))
            #expect(bench.actions.isEmpty)
        }
        bench.handle(.notified(primary: nil, serial: nil))
        #expect(bench.actions == [.askSOA(primary: 0, step: 3)])
    }

    @Test func `any number of NOTIFY messages is one check, and one more`() {
        var bench = Self.loaded()
        bench.pass(10)
        bench.handle(.notified(primary: 0, serial: SerialNumber(6)))
        #expect(bench.actions.count == 1)
        for number in 0..<10_000 {
            bench.handle(.notified(primary: 1, serial: number % 2 == 0 ? SerialNumber(7) : SerialNumber(6)))
            #expect(bench.actions.isEmpty)
        }
        bench.answer(6)
        bench.deliver(6)
        #expect(bench.actions.isEmpty)
        bench.sleep()
        #expect(bench.actions == [.askSOA(primary: 1, step: 6)])
        bench.answer(7)
        bench.deliver(7)
        #expect((bench.wake ?? 0) - bench.now.uptime > 1_000_000)
    }

    @Test func `the check more is not made when its serial has come`() {
        var bench = Self.loaded()
        bench.pass(10)
        bench.handle(.notified(primary: 0, serial: SerialNumber(6)))
        bench.handle(.notified(primary: 0, serial: SerialNumber(7)))
        bench.answer(7)
        bench.deliver(7)
        #expect((bench.wake ?? 0) - bench.now.uptime > 1_000_000)
    }

    @Test func `a flood of NOTIFY is four checks a second, or one in two when they fail`() {
        for fails in [false, true] {
            var bench = Self.loaded(primaries: 1)
            bench.pass(10)
            var checks = 0
            for _ in 0..<10_000 {
                bench.pass(0.001)
                bench.handle(.notified(primary: 0, serial: nil))
                if bench.wake.map({ $0 <= bench.now.uptime }) == true { bench.handle(.timer) }
                guard bench.hasBegun else { continue }
                checks += 1
                if fails { bench.fail() } else { bench.answer(5) }
            }
            #expect(fails ? (5...6).contains(checks) : (38...41).contains(checks))
        }
    }

    // --- State ---

    @Test func `state survives as octets`() {
        for time in [0, 1, 1_700_000_000, Int64.max, -1, .min] as [Int64] {
            let state = SecondaryState(refreshedAt: time)
            #expect(SecondaryState(octets: state.octets) == state)
        }
        #expect(SecondaryState(octets: []) == nil)
        #expect(SecondaryState(octets: [2, 0, 0, 0, 0, 0, 0, 0, 0]) == nil)
        #expect(SecondaryState(octets: [1, 0, 0, 0, 0, 0, 0, 0, 0, 0]) == nil)
    }

    @Test func `a new machine goes on where the old one was`() throws {
        var bench = Self.loaded()
        bench.pass(1_000)
        bench.now.wall += 50_000
        let state = try #require(bench.machine.state(at: bench.now))
        let machine = SecondaryMachine(primaryCount: 1, soa: bench.machine.soa, state: state, now: bench.now)
        #expect(machine.expiry == bench.machine.expiry && machine.serial == SerialNumber(5))
        #expect(SecondaryMachine(primaryCount: 1, now: bench.now).state(at: bench.now) == nil)
    }

    @Test func `the answer about the serial has to be the zone's own`() throws {
        let version = TransferFixtures.version([], serial: 9)
        func serial(_ change: (inout Message) -> Void) -> Result<SerialNumber, TransferFailure> {
            var reply = SerialQuery.request(version.apex, id: 3)
            reply.header.flags = [.qr, .aa]
            reply.answers = [version.soaRecord]
            change(&reply)
            do throws(TransferFailure) {
                return .success(try SerialQuery.serial(in: reply, id: 3, apex: version.apex))
            } catch {
                return .failure(error)
            }
        }
        #expect(serial { _ in } == .success(SerialNumber(9)))
        #expect(serial { $0.header.id = 4 } == .failure(.otherResponse))
        #expect(serial { $0.questions[0].qtype = .a } == .failure(.otherResponse))
        #expect(serial { $0.header.flags = [.qr] } == .failure(.notAuthoritative))
        #expect(serial { $0.responseCode = .notAuth } == .failure(.responseCode(.notAuth)))
        #expect(serial { $0.answers = [] } == .failure(.noRecords))
        #expect(serial { $0.answers[0].ownerName = "a.example.test." } == .failure(.noRecords))
    }

    @Test func `state is not written for each check`() {
        var bench = Self.loaded(primaries: 1)
        bench.persisted = nil
        var writes = 0
        for _ in 0..<100 {
            bench.pass(3)
            bench.handle(.notified(primary: 0, serial: nil))
            bench.answer(5)
            if bench.persisted != nil { writes += 1 }
            bench.persisted = nil
        }
        #expect((4...6).contains(writes))
    }

    /// Events at random: whatever comes, at most one step is in flight, and none is forgotten.
    @Test(arguments: [UInt64](1...20))
    func `whatever happens, one step is in flight and the machine wakes again`(_ seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let primaryCount = Int.random(in: 0...3, using: &random)
        var bench = Bench(primaries: primaryCount)
        var step = bench.step
        for _ in 0..<500 {
            bench.pass(
                Double.random(in: 0...[0.1, 10, 5_000, 100_000][Int(random.next() % 4)], using: &random))
            let serial = SerialNumber(UInt32.random(in: 0...6, using: &random))
            let number = Bool.random(using: &random) ? step : Int.random(in: 0...10, using: &random)
            switch Int.random(in: 0...7, using: &random) {
            case 0: bench.handle(.timer)
            case 1: bench.handle(.notified(primary: Int.random(in: -1...4, using: &random), serial: serial))
            case 2: bench.handle(.checkWanted(full: Bool.random(using: &random)))
            case 3: bench.handle(.soaAnswered(step: number, serial))
            case 4: bench.handle(.transferred(step: number, .version(Self.soa(serial.rawValue))))
            case 5: bench.handle(.transferred(step: number, .upToDate(serial)))
            case 6: bench.handle(.published(step: number))
            default: bench.handle(.failed(step: number, .unreachable))
            }
            let begun = bench.actions.compactMap { action -> Int? in
                switch action {
                case .askSOA(let primary, let step), .transfer(let primary, _, let step):
                    #expect(primary < primaryCount)
                    return step
                case .publish(let step): return step
                default: return nil
                }
            }
            #expect(begun.count <= 1)
            if let new = begun.first { step = new }
            #expect(bench.machine.isChecking || begun.isEmpty)
            #expect(bench.wake.map { $0 < bench.now.uptime + 29 * 86_400_000 } == true)
        }
    }
}
