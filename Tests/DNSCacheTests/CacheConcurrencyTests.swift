import DNSWire
import Foundation
import SeededRandom
import Synchronization
import Testing

@testable import DNSCache

/// To be run under the thread sanitizer too.
@Suite struct CacheConcurrencyTests {
    private func inParallel(_ count: Int, _ body: @escaping @Sendable (Int) -> Void) {
        DispatchQueue.concurrentPerform(iterations: count) { body($0) }
    }

    @Test func survivesHammering() {
        let cache = cache(bytes: 1 << 20)
        let names = (0..<3_000).map { name("n\($0).example.com") }
        let wrong = Atomic(0)
        inParallel(4) { thread in
            var generator = SeededGenerator(seed: UInt64(thread))
            for step in 0..<(200_000 / slowdown) {
                let number = Int.random(in: 0..<names.count, using: &generator)
                let question = Question(names[number], .a)
                switch Int.random(in: 0..<20, using: &generator) {
                case 0..<6:
                    // The octets say which name they belong to, so that a mixed-up one is seen.
                    let address = IPAddress(10, 0, UInt8(number >> 8), UInt8(number & 0xff))
                    let record = Record(question.qname, .a, ttl: 60, .address(address))
                    cache.admit(finished(question, answers: [record]), for: question, variant: [], now: at(0))
                    cache.admit(
                        RRset(question.qname, .a, ttl: 60, rdatas: [.address(address)]), rank: .answer,
                        now: at(0))
                case 6 where step % 500 == 0: cache.flush(name: question.qname)
                case 7 where step % 5_000 == 0: cache.flush(subtree: name("example.com"))
                case 8 where step % 5_000 == 0: cache.flushAll()
                case 9: _ = cache.statistics
                case 10:
                    let server = SocketAddress(IPAddress(ipv4: UInt32(number)), port: 53)
                    cache.health.update(server) { $0.answered(after: 5) }
                    _ = cache.health.health(of: server)
                case 11..<15:
                    guard case .rrset(let cached) = cache.lookup(question.qname, .a, now: at(1)) else {
                        continue
                    }
                    if cached.rrset.rdatas.first?.bytes != [10, 0, UInt8(number >> 8), UInt8(number & 0xff)] {
                        wrong.add(1, ordering: .relaxed)
                    }
                default:
                    guard let response = cache.answer(question, now: at(1)) else { continue }
                    if response.octets.suffix(2) != [UInt8(number >> 8), UInt8(number & 0xff)] {
                        wrong.add(1, ordering: .relaxed)
                    }
                }
            }
        }
        #expect(wrong.load(ordering: .relaxed) == 0)
    }

    /// When a purge has returned, no thread finds what was stored before it.
    @Test func purgeIsImmediateForOtherThreads() {
        let cache = cache()
        let question = Question(name("www.example.com"), .a)
        let generation = Atomic(0)
        let isDone = Atomic(false)
        let wrong = Atomic(0)
        inParallel(3) { thread in
            if thread == 0 {
                for number in 1...(4_000 / slowdown) {
                    let record = Record(
                        question.qname, .a, ttl: 60,
                        .address(IPAddress(10, 0, UInt8(number >> 8), UInt8(number & 0xff))))
                    cache.admit(finished(question, answers: [record]), for: question, variant: [], now: at(0))
                    switch number % 3 {
                    case 0: cache.flush(name: question.qname)
                    case 1: cache.flush(subtree: name("com"))
                    default: cache.flushAll()
                    }
                    generation.store(number, ordering: .sequentiallyConsistent)
                }
                isDone.store(true, ordering: .sequentiallyConsistent)
            } else {
                while !isDone.load(ordering: .sequentiallyConsistent) {
                    let purged = generation.load(ordering: .sequentiallyConsistent)
                    guard let octets = cache.answer(question, now: at(1))?.octets.suffix(2) else { continue }
                    let found = octets.reduce(0) { $0 << 8 | Int($1) }
                    if found <= purged { wrong.add(1, ordering: .relaxed) }
                }
            }
        }
        #expect(wrong.load(ordering: .relaxed) == 0)
    }

    /// Two threads with data of different rank: however they meet, the better one is there afterwards.
    @Test func betterRankWinsHoweverTheyMeet() {
        let cache = cache()
        let owner = name("ns.example.com")
        for _ in 0..<(20_000 / slowdown) {
            cache.flush(name: owner)
            inParallel(2) { thread in
                cache.admit(
                    addresses(owner, thread + 1), rank: thread == 0 ? .additional : .answer, now: at(0))
            }
            guard case .rrset(let cached) = cache.lookup(owner, .a, now: at(0)), cached.rank == .answer else {
                Issue.record("glue replaced an answer")
                return
            }
        }
    }
}
