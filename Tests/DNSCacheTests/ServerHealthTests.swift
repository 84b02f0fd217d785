import DNSWire
import Testing

@testable import DNSCache

private let millisecond = ServerHealth.nanosecondsPerMillisecond
private let second = 1000 * millisecond

@Suite struct ServerHealthTests {
    /// RFC 6298 §2.2 and §2.3 with alpha 1/8 and beta 1/4.
    @Test func smoothsRoundTrips() {
        var health = ServerHealth()
        #expect(health.retransmissionTimeout == ServerHealth.initialTimeout)
        health.answered(after: 80 * millisecond)
        #expect(health.smoothedRTT == 80 * millisecond && health.variation == 40 * millisecond)
        #expect(health.retransmissionTimeout == 240 * millisecond)
        health.answered(after: 160 * millisecond)
        #expect(health.variation == 50 * millisecond, "made with the old mean")
        #expect(health.smoothedRTT == 90 * millisecond)
        for _ in 0..<100 { health.answered(after: 100 * millisecond) }
        #expect(abs(health.smoothedRTT - 100 * millisecond) < millisecond)
        #expect(health.variation < millisecond)
        #expect(abs(health.retransmissionTimeout - 2 * health.smoothedRTT) < millisecond)
    }

    @Test func timeoutStaysWithinBounds() {
        var health = ServerHealth()
        health.answered(after: 0)
        #expect(health.smoothedRTT > 0)
        #expect(health.retransmissionTimeout == ServerHealth.minimumTimeout)
        health.answered(after: -5)
        #expect(health.smoothedRTT > 0)
        for _ in 0..<50 { health.answered(after: 60 * second) }
        #expect(health.retransmissionTimeout == ServerHealth.maximumTimeout)
    }

    @Test func backsOff() {
        var health = ServerHealth()
        health.answered(after: 30 * millisecond)
        let base = health.retransmissionTimeout
        var last = base
        for count in 1...20 {
            health.timedOut(at: 0)
            #expect(
                health.retransmissionTimeout == min(base << Int64(min(count, 4)), ServerHealth.maximumTimeout)
            )
            #expect(health.retransmissionTimeout >= last)
            last = health.retransmissionTimeout
        }
        health.answered(after: 30 * millisecond)
        #expect(health.consecutiveTimeouts == 0)
        #expect(health.retransmissionTimeout <= base)
    }

    @Test func isDeadAfterFiveTimeoutsForEverLonger() {
        var health = ServerHealth()
        for _ in 0..<4 { health.timedOut(at: 0) }
        #expect(!health.isDead(at: 0))
        health.timedOut(at: second)
        #expect(health.isDead(at: 3 * second - 1) && !health.isDead(at: 3 * second))
        health.timedOut(at: 3 * second)
        #expect(health.isDead(at: 7 * second - 1) && !health.isDead(at: 7 * second))
        for _ in 0..<100 { health.timedOut(at: 7 * second) }
        #expect(health.avoidUntil == 7 * second + ServerHealth.maximumAvoidance)
        health.answered(after: millisecond)
        #expect(!health.isDead(at: 7 * second))
    }

    @Test func lamenessIsByZoneAndEnds() {
        var health = ServerHealth()
        health.isLame(for: name("example.com"), at: 0)
        #expect(health.knownLame(for: name("EXAMPLE.com"), at: ServerHealth.lameness - 1))
        #expect(!health.knownLame(for: name("example.com"), at: ServerHealth.lameness))
        #expect(!health.knownLame(for: name("example.net"), at: 0))
        for number in 0..<100 { health.isLame(for: name("zone\(number).example"), at: 1) }
        let known = (0..<100).count { health.knownLame(for: name("zone\($0).example"), at: 2) }
        #expect(known == ServerHealth.maximumLameZones)
        #expect(health.knownLame(for: name("zone99.example"), at: 2))
    }

    @Test func triesEDNSAgain() {
        var health = ServerHealth()
        #expect(health.shouldUseEDNS(at: 0))
        health.learned(.unsupported, at: second)
        #expect(!health.shouldUseEDNS(at: second + ServerHealth.ednsRetry))
        #expect(health.shouldUseEDNS(at: second + ServerHealth.ednsRetry + 1))
        health.learned(.supported, at: second)
        #expect(health.shouldUseEDNS(at: second))
    }
}

@Suite struct ServerHealthTableTests {
    private func server(_ number: UInt32) -> SocketAddress {
        SocketAddress(IPAddress(ipv4: number), port: 53)
    }

    @Test func keepsWhatIsLearned() {
        let table = ServerHealthTable(hashKey: testKey)
        #expect(table.health(of: server(1)) == ServerHealth())
        table.update(server(1)) { $0.answered(after: 7) }
        table.update(SocketAddress(IPAddress(ipv4: 1), port: 5353)) { $0.foldsCase = true }
        #expect(table.health(of: server(1)).smoothedRTT == 7)
        #expect(!table.health(of: server(1)).foldsCase)
        table.removeAll()
        #expect(table.health(of: server(1)) == ServerHealth() && table.count == 0)
    }

    @Test func isBoundedAndKeepsWhatIsUsed() {
        let table = ServerHealthTable(hashKey: testKey)
        table.update(server(0)) { $0.foldsCase = true }
        for number in 1..<UInt32(100_000) {
            table.update(server(number)) { $0.timedOut(at: 0) }
            if number % 100 == 0 { table.update(server(0)) { $0.answered(after: 5) } }
        }
        #expect(table.count <= ServerHealthTable.maximumPerShard * ServerHealthTable.shardCount)
        #expect(table.health(of: server(0)).foldsCase, "it is in use")
        #expect(table.health(of: server(1)) == ServerHealth(), "long unused")
        #expect(table.health(of: server(99_999)).consecutiveTimeouts == 1)
    }
}
