import DNSWire
import DNSZones
import SeededRandom
import Testing

@Suite struct NotifyScheduleTests {
    static let second: Int64 = 1_000_000_000
    static let zone: DomainName = "example.test."

    static func target(_ number: Int) -> NotifyTarget {
        NotifyTarget(address: SocketAddress(IPAddress(ipv4: 0xc000_0200 + UInt32(number)), port: 53))
    }

    @Test func `a change is told to each target at once`() {
        var schedule = NotifySchedule()
        #expect(schedule.nextWake == nil)
        schedule.zoneChanged(Self.zone, [Self.target(1), Self.target(2)], now: 5)
        #expect(schedule.nextWake == 5)
        let orders = schedule.takeDue(now: 5)
        #expect(
            Set(orders.map(\.target)) == [Self.target(1), Self.target(2)]
                && orders.allSatisfy { $0.apex == Self.zone })
        #expect(schedule.takeDue(now: 6).isEmpty)
        for order in orders { schedule.answered(order.number, .noError, now: 10) }
        #expect(schedule.answeredCount == 2)
        #expect(schedule.takeDue(now: Self.second).isEmpty && schedule.count == 0 && schedule.nextWake == nil)
    }

    @Test func `what changes meanwhile is one message more`() {
        var schedule = NotifySchedule()
        schedule.zoneChanged(Self.zone, [Self.target(1)], now: 0)
        let first = schedule.takeDue(now: 0)
        for time in 1...100 as ClosedRange<Int64> {
            schedule.zoneChanged(Self.zone, [Self.target(1)], now: time)
            #expect(schedule.takeDue(now: time).isEmpty)
        }
        schedule.answered(first[0].number, .noError, now: 200)
        #expect(schedule.takeDue(now: 200).isEmpty)
        let wake = schedule.nextWake ?? 0
        #expect(wake == Self.second / 4)
        let second = schedule.takeDue(now: wake)
        #expect(second.count == 1)
        schedule.answered(second[0].number, .notImplemented, now: wake + 1)
        #expect(schedule.takeDue(now: wake + Self.second).isEmpty && schedule.count == 0)
    }

    @Test func `changes all the time are four messages a second`() {
        var schedule = NotifySchedule()
        var sent = 0
        for step in 0..<10_000 as Range<Int64> {
            let now = step * Self.second / 1_000
            schedule.zoneChanged(Self.zone, [Self.target(1)], now: now)
            for order in schedule.takeDue(now: now) {
                sent += 1
                schedule.answered(order.number, .noError, now: now)
            }
        }
        #expect(sent == 40)
    }

    @Test func `who does not answer is told again, later and later, and then no more`() {
        var schedule = NotifySchedule()
        schedule.zoneChanged(Self.zone, [Self.target(1)], now: 0)
        var times: [Int64] = []
        var now: Int64 = 0
        for _ in 0..<100 {
            for order in schedule.takeDue(now: now) {
                times.append(now / Self.second)
                if times.count % 2 == 0 { schedule.failed(order.number, now: now + Self.second) }
            }
            guard let wake = schedule.nextWake else { break }
            now = max(now, wake)
        }
        #expect(times == [0, 4, 12, 28, 60, 120])
        #expect(schedule.count == 0 && schedule.failedCount == 1 && schedule.nextWake == nil)
        schedule.zoneChanged(Self.zone, [Self.target(1)], now: now)
        #expect(schedule.takeDue(now: now).count == 1)
    }

    @Test func `a server failure is tried again, another error is not`() {
        var schedule = NotifySchedule()
        schedule.zoneChanged(Self.zone, [Self.target(1)], now: 0)
        schedule.answered(schedule.takeDue(now: 0)[0].number, .serverFailure, now: 1)
        #expect(schedule.nextWake == 4 * Self.second)
        schedule.answered(
            schedule.takeDue(now: 4 * Self.second)[0].number, .refused, now: 4 * Self.second + 1)
        #expect(
            schedule.failedCount == 1 && schedule.takeDue(now: 100 * Self.second).isEmpty
                && schedule.count == 0)
    }

    @Test func `replies that come late or twice are nothing`() {
        var schedule = NotifySchedule()
        schedule.zoneChanged(Self.zone, [Self.target(1)], now: 0)
        let number = schedule.takeDue(now: 0)[0].number
        #expect(schedule.takeDue(now: 3 * Self.second).isEmpty)
        schedule.answered(number, .noError, now: 3 * Self.second)
        schedule.failed(number, now: 3 * Self.second)
        #expect(schedule.takeDue(now: 4 * Self.second).count == 1)
    }

    @Test func `new news hasten the repetition, but not each`() {
        var schedule = NotifySchedule()
        schedule.zoneChanged(Self.zone, [Self.target(1)], now: 0)
        var times: [Int64] = []
        for step in 0..<600 as Range<Int64> {
            let now = step * Self.second / 10
            schedule.zoneChanged(Self.zone, [Self.target(1)], now: now)
            if !schedule.takeDue(now: now).isEmpty { times.append(now / Self.second) }
        }
        #expect(times.count <= 16 && zip(times, times.dropFirst()).allSatisfy { $1 - $0 >= 4 })
    }

    @Test func `messages under way are bounded, and all are sent in the end`() {
        var schedule = NotifySchedule()
        let targets = (0..<600).map(Self.target)
        schedule.zoneChanged(Self.zone, targets, now: 0)
        var waiting: [UInt64] = []
        var told: Set<NotifyTarget> = []
        var now: Int64 = 0
        for _ in 0..<10_000 where told.count < 600 || !waiting.isEmpty {
            for order in schedule.takeDue(now: now) {
                waiting.append(order.number)
                told.insert(order.target)
            }
            #expect(waiting.count <= 256)
            #expect(schedule.nextWake.map { $0 > now } == true)
            if let number = waiting.popLast() { schedule.answered(number, .noError, now: now) }
            now += 1
        }
        #expect(told.count == 600 && schedule.answeredCount == 600)
    }

    @Test func `a zone that is gone is told of no more`() {
        var schedule = NotifySchedule()
        schedule.zoneChanged(Self.zone, [Self.target(1), Self.target(2)], now: 0)
        let orders = schedule.takeDue(now: 0)
        schedule.zoneRemoved(Self.zone)
        schedule.failed(orders[0].number, now: 1)
        #expect(
            schedule.count == 0 && schedule.takeDue(now: 1_000 * Self.second).isEmpty
                && schedule.nextWake == nil)
    }
}

@Suite struct NotifyMessageTests {
    static let zone: DomainName = "example.test."

    static func zones() throws -> ZoneTable {
        var settings = ZoneSettings()
        let primaries = [
            PrimaryServer(address: SocketAddress(try #require(IPAddress("192.0.2.1")), port: 53)),
            PrimaryServer(
                address: SocketAddress(try #require(IPAddress("2001:db8::1")), port: 853), key: "key.test."),
        ]
        settings.role = .secondary(primaries)
        return ZoneTable([
            Zone(apex: zone, id: 1, settings: settings),
            Zone(apex: "primary.test.", id: 2, settings: ZoneSettings()),
        ])
    }

    /// The index of the primary, or the code of the refusal.
    static func verdict(
        _ apex: DomainName, from address: String, key: DomainName? = nil
    ) throws -> (primary: Int?, code: ResponseCode) {
        let message = Message(header: Header(id: 1, opcode: .notify), questions: [Question(apex, .soa)])
        let client = try #require(IPAddress(address))
        switch try NotifyRequest(message).verdict(in: zones(), from: client, key: key) {
        case .accepted(let zone, let primary):
            #expect(zone.apex == apex)
            return (primary, .noError)
        case .refused(let code):
            return (nil, code)
        }
    }

    @Test func `only primaries and their keys are heard`() throws {
        #expect(try Self.verdict(Self.zone, from: "192.0.2.1") == (0, .noError))
        #expect(try Self.verdict(Self.zone, from: "::ffff:192.0.2.1") == (0, .noError))
        #expect(try Self.verdict(Self.zone, from: "2001:db8::1") == (1, .noError))
        #expect(try Self.verdict(Self.zone, from: "192.0.2.7") == (nil, .refused))
        #expect(try Self.verdict(Self.zone, from: "192.0.2.7", key: "KEY.test.") == (1, .noError))
        #expect(try Self.verdict(Self.zone, from: "192.0.2.7", key: "other.test.") == (nil, .refused))
        #expect(try Self.verdict("primary.test.", from: "192.0.2.1") == (nil, .refused))
        #expect(try Self.verdict("other.test.", from: "192.0.2.1") == (nil, .notAuth))
        #expect(try Self.verdict("a.example.test.", from: "192.0.2.1") == (nil, .notAuth))
    }

    @Test func `what is no NOTIFY of a change is an error`() throws {
        func code(_ change: (inout Message) -> Void) -> ResponseCode? {
            var message = Message(
                header: Header(id: 1, opcode: .notify), questions: [Question(Self.zone, .soa)])
            change(&message)
            do throws(TransferRefusal) {
                _ = try NotifyRequest(message)
                return nil
            } catch {
                return error.responseCode
            }
        }
        #expect(code { _ in } == nil)
        #expect(code { $0.questions = [] } == .formatError)
        #expect(code { $0.questions += $0.questions } == .formatError)
        #expect(code { $0.questions[0].qtype = .a } == .formatError)
        #expect(code { $0.questions[0].qclass = .any } == .formatError)
        #expect(code { $0.questions[0].qclass = .none } == .formatError)
        #expect(code { $0.questions[0].qclass = .chaos } == .refused)
        #expect(code { $0.header.opcode = .query } == .formatError)
        #expect(code { $0.header.flags = [.qr] } == .formatError)
    }

    @Test func `a NOTIFY tells the serial, and its reply is recognised`() throws {
        let version = TransferFixtures.version([], serial: 77)
        let octets = NotifyMessage.request(version, id: 9).compose()
        let request = try NotifyRequest(Message(parsing: octets.span))
        #expect(request.serial == SerialNumber(77) && request.question == Question(version.apex, .soa))
        let reply = request.response()
        #expect(reply.header.flags == [.qr, .aa] && reply.header.opcode == .notify)
        #expect(NotifyMessage.reply(reply, id: 9, apex: version.apex) == .noError)
        #expect(NotifyMessage.reply(request.response(.refused), id: 9, apex: version.apex) == .refused)
        #expect(NotifyMessage.reply(reply, id: 8, apex: version.apex) == nil)
        #expect(NotifyMessage.reply(reply, id: 9, apex: "other.test.") == nil)
        #expect(NotifyMessage.reply(NotifyMessage.request(version, id: 9), id: 9, apex: version.apex) == nil)
        var bare = reply
        bare.questions = []
        #expect(NotifyMessage.reply(bare, id: 9, apex: version.apex) == .noError)
    }

    @Test func `a hint for another name is none`() throws {
        var message = NotifyMessage.request(TransferFixtures.version([]), id: 1)
        message.answers[0].ownerName = "other.test."
        #expect(try NotifyRequest(message).serial == nil)
        message.answers = []
        #expect(try NotifyRequest(message).serial == nil)
    }
}

@Suite struct SecondaryLagTests {
    static let zone: DomainName = "example.test."
    static let client = IPAddress(192, 0, 2, 1)

    @Test func `lag is told from what a secondary asks`() throws {
        var lag = SecondaryLag()
        lag.published(Self.zone, SerialNumber(5), to: [Self.client], now: 1_000)
        var entry = try #require(lag.entries.first)
        #expect(entry.behindSince == 1_000 && entry.serial == nil && entry.timeToAsk == nil)
        lag.asked(Self.zone, by: Self.client, now: 1_010)
        lag.asked(Self.zone, by: Self.client, has: SerialNumber(4), now: 1_020)
        lag.transferred(Self.zone, to: Self.client, SerialNumber(5), now: 1_030)
        entry = try #require(lag.entries.first)
        #expect(entry.timeToAsk == 10 && entry.timeToHold == 30 && entry.serial == SerialNumber(5))
        #expect(entry.behindSince == nil)

        lag.published(Self.zone, SerialNumber(6), to: [Self.client], now: 2_000)
        lag.published(Self.zone, SerialNumber(7), to: [Self.client], now: 2_100)
        #expect(lag.entries.first?.behindSince == 2_000)
        lag.transferred(Self.zone, to: Self.client, SerialNumber(6), now: 2_200)
        #expect(lag.entries.first?.behindSince == 2_000)
        lag.asked(Self.zone, by: Self.client, has: SerialNumber(7), now: 2_300)
        #expect(lag.entries.first?.behindSince == nil && lag.entries.first?.timeToAsk == 200)
    }

    @Test func `strangers that ask are not noted`() {
        var lag = SecondaryLag()
        lag.asked(Self.zone, by: Self.client, now: 1)
        #expect(lag.entries.isEmpty)
        lag.transferred(Self.zone, to: Self.client, SerialNumber(1), now: 2)
        lag.asked("other.test.", by: Self.client, now: 3)
        #expect(lag.entries.count == 1)
        lag.zoneRemoved(Self.zone)
        #expect(lag.entries.isEmpty)
    }

    @Test func `the table is bounded, and the oldest go`() {
        var lag = SecondaryLag()
        for number in 0..<5_000 {
            lag.transferred(
                Self.zone, to: IPAddress(ipv4: UInt32(number)), SerialNumber(1), now: Int64(number))
        }
        #expect(lag.entries.count == 4_096 && lag.entries.first?.client == IPAddress(ipv4: 904))
    }
}
