import DNSWire
import DNSZones
import SeededRandom
import Testing

/// Streams that were damaged: nothing traps, and what completes is what the messages say, read by a plain model.
@Suite struct TransferMutationTests {
    typealias Fixtures = TransferFixtures

    /// Changes the order, number and octets of messages.
    static func mutate(_ messages: inout [[UInt8]], _ generator: inout SeededGenerator) {
        for _ in 0...Int.random(in: 0...2, using: &generator) where !messages.isEmpty {
            let index = Int.random(in: messages.indices, using: &generator)
            switch Int.random(in: 0...9, using: &generator) {
            case 0: messages.remove(at: index)
            case 1:
                messages.insert(messages[index], at: Int.random(in: 0...messages.count, using: &generator))
            case 2: messages.swapAt(index, Int.random(in: messages.indices, using: &generator))
            case 3: messages.removeSubrange(index...)
            case 4: messages[index].removeLast(Int.random(in: 0...messages[index].count, using: &generator))
            case 5:
                // Records of a message changed as records, so that it still parses.
                let octets = messages[index]
                guard var message = try? Message(parsing: octets.span), !message.answers.isEmpty else {
                    continue
                }
                let place = Int.random(in: message.answers.indices, using: &generator)
                switch Int.random(in: 0...3, using: &generator) {
                case 0: message.answers.remove(at: place)
                case 1: message.answers.append(message.answers[place])
                case 2:
                    message.answers.swapAt(place, Int.random(in: message.answers.indices, using: &generator))
                default: message.answers[place].ttl ^= 1
                }
                messages[index] = message.compose()
            default:
                for _ in 0...Int.random(in: 0...3, using: &generator) where !messages[index].isEmpty {
                    let place = Int.random(in: messages[index].indices, using: &generator)
                    messages[index][place] = UInt8.random(in: 0...255, using: &generator)
                }
            }
        }
    }

    @Test func `a damaged stream never completes with another zone than it says`() throws {
        var generator = SeededGenerator(seed: 20_260_101)
        let first = Fixtures.randomVersion(25, &generator)
        var changes: [ZoneChange] = []
        var last = first
        for _ in 0..<4 {
            let result = Fixtures.changed(last, &generator)
            last = result.version
            changes.append(result.change)
        }
        let full = OutgoingTransfer(Fixtures.request(.full), .full, of: last, messageSize: 1_000)
        let request = Fixtures.request(.incremental(since: first.serial))
        let streams: [([[UInt8]], IncomingTransfer.Kind, ZoneVersion?)] = [
            (Fixtures.messages(full), .full, nil),
            (
                Fixtures.messages(
                    OutgoingTransfer(request, .incremental(changes), of: last, messageSize: 512)),
                .incremental(since: first), first
            ),
            (
                Fixtures.messages(OutgoingTransfer(request, .full, of: last, messageSize: 1_000)),
                .incremental(since: first), first
            ),
        ]
        var (completed, failed) = (0, 0)
        for round in 0..<2_000 {
            let (original, kind, held) = streams[round % streams.count]
            var messages = original
            Self.mutate(&messages, &generator)
            switch Fixtures.receive(messages, kind) {
            case nil: continue
            case .failure: failed += 1
            case .success(.upToDate(let serial)): #expect(!serial.isNewer(than: first.serial))
            case .success(.askOverStream): Issue.record("not over UDP")
            case .success(let outcome):
                completed += 1
                let version = try #require(outcome.version)
                #expect(
                    TransferModel.result(messages, of: Fixtures.apex, held: held)
                        == TransferModel.lines(version.tree))
            }
        }
        #expect(completed > 200 && failed > 400, "\(completed) completed, \(failed) failed")
    }

    @Test func `noise neither traps nor completes`() {
        var generator = SeededGenerator(seed: 99)
        let held = Fixtures.randomVersion(10, &generator)
        for round in 0..<1_500 {
            var transfer = IncomingTransfer(
                of: Fixtures.apex, round % 2 == 0 ? .full : .incremental(since: held), id: 7,
                isDatagram: round % 3 == 0)
            for _ in 0..<3 {
                var octets = generator.octets(Int.random(in: 0...80, using: &generator))
                if octets.count >= 12 {
                    octets.replaceSubrange(0..<12, with: [0, 7, 0x84, 0, 0, 0, 0, 3, 0, 0, 0, 0])
                }
                if case .complete(let outcome) = transfer.receive(octets.span) {
                    #expect(outcome.version == nil)
                }
            }
        }
    }
}
