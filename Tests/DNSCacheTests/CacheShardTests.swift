import DNSWire
import SeededRandom
import Testing

@testable import DNSCache

/// Keys are numbers: the number is the name, its low bits make the hash, so that different keys share hashes too.
private struct Key: Hashable {
    var number: UInt32
    var type: UInt16 = 1
    /// How many bits of the hash differ between keys.
    var hashBits: UInt64 = 64

    var name: [UInt8] {
        let digits = Array(String(number).utf8)
        return [UInt8(digits.count)] + digits + [0]
    }
    var tag: KeyTag { KeyTag(.rrset, RecordType(rawValue: type), .internet) }
    var hash: UInt64 {
        var mixed = UInt64(number) &* 0x9e37_79b9_7f4a_7c15 ^ UInt64(type) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ mixed >> 29) &* 0x94d0_49bb_1331_11eb
        mixed ^= mixed >> 32
        return hashBits >= 64 ? mixed : mixed & (1 << hashBits - 1)
    }
}

/// A shard where `#expect` can reach it, and what the tests do with it.
private final class Store {
    var shard: CacheShard

    init(byteCeiling: Int, staleWindow: Int64 = 0) {
        shard = CacheShard(byteCeiling: byteCeiling, staleWindow: staleWindow)
    }

    var entryCount: Int { shard.entryCount }
    var evictionCount: UInt64 { shard.evictionCount }
    var maximumBlock: Int { shard.maximumBlock }
    var smallCapacity: Int { shard.small.capacity }
    var mainCapacity: Int { shard.main.capacity }
    var memoryCapacity: Int { shard.memory.capacity }

    private func block(_ key: Key) -> Int? {
        shard.find(key.name.span, 0..<key.name.count, key.tag, hash: key.hash)
    }

    func isInMain(_ key: Key) -> Bool { block(key).map(shard.main.contains) ?? false }

    func payload(_ key: Key) -> [UInt8]? {
        guard let block = block(key) else { return nil }
        return shard.withPayload(block, shard.header(block)) { bytes in (0..<bytes.count).map { bytes[$0] } }
    }

    func ask(_ key: Key) -> Bool {
        guard let block = block(key) else { return false }
        var header = shard.header(block)
        shard.touch(block, &header)
        return true
    }

    func put(_ key: Key, _ payload: [UInt8], ttl: UInt32 = 300, now: Int64 = 0) {
        shard.insert(key.name.span, key.tag, hash: key.hash, payload: payload.span, ttl: ttl, now: now)
    }

    func take(_ key: Key) {
        if let block = block(key) { shard.remove(block) }
    }

    /// What the rings hold that is alive.
    var liveCount: Int {
        var count = 0
        for ring in [shard.small, shard.main] {
            ring.forEachBlock { block in
                let header = shard.header(block)
                count += header.isLive ? 1 : 0
                return header.blockLength
            }
        }
        return count
    }

    /// Whether everything that counts entries counts the same.
    var isConsistent: Bool { entryCount == liveCount && entryCount == shard.index.used }
}

@Suite struct CacheShardTests {
    // --- Against a model ---

    /// Whatever is found is what was last stored and not removed; the count is right; the index agrees with the rings.
    @Test(arguments: 1...6) func agreesWithADictionary(seed: Int) {
        var generator = SeededGenerator(seed: UInt64(seed))
        let store = Store(byteCeiling: [16, 64, 256][seed % 3] << 10, staleWindow: 1_000_000)
        var model: [Key: [UInt8]] = [:]
        let keys = UInt32([50, 2_000, 20_000][seed % 3])
        for step in 0..<(600_000 / slowdown) {
            let key = Key(
                number: UInt32.random(in: 0..<keys, using: &generator),
                type: UInt16.random(in: 1...2, using: &generator),
                hashBits: seed % 2 == 0 ? 8 : 64)
            switch Int.random(in: 0..<100, using: &generator) {
            case 0..<40:
                let isHuge = Int.random(in: 0..<500, using: &generator) == 0
                let length = Int.random(in: isHuge ? 1000...40_000 : 0...200, using: &generator)
                let payload = [UInt8](repeating: UInt8(truncatingIfNeeded: step), count: length)
                store.put(key, payload, now: Int64(step))
                model[key] = payload
                let fits =
                    BlockHeader.blockLength(nameLength: key.name.count, payloadLength: length)
                    <= store.maximumBlock
                if (store.payload(key) != nil) != fits {
                    Issue.record("what was just stored must be there if it fits, and only then")
                    return
                }
                if !fits { model[key] = nil }
            case 40..<45:
                store.take(key)
                model[key] = nil
                if store.payload(key) != nil { Issue.record("removed and still there") }
            case 45 where step % 997 == 0:
                let digit = UInt8(ascii: "0") + UInt8.random(in: 0...9, using: &generator)
                store.shard.removeAll { $0[1] == digit }
                model = model.filter { $0.key.name[1] != digit }
            case 46 where step % 9973 == 0:
                store.shard.removeAll()
                model = [:]
            case 46..<80:
                _ = store.ask(key)
            default:
                if let payload = store.payload(key), payload != model[key] {
                    Issue.record("key \(key) after \(step) steps")
                    return
                }
            }
            if step % 1009 == 0, !store.isConsistent {
                Issue.record("\(store.entryCount) entries, \(store.liveCount) blocks")
                return
            }
        }
        for (key, payload) in model {
            if let found = store.payload(key) { #expect(found == payload) }
        }
    }

    /// An entry of the small ring that grows beyond all of that ring moves to the main one.
    @Test func entryThatOutgrowsTheSmallRing() {
        let store = Store(byteCeiling: 16 << 10, staleWindow: 1_000)
        let key = Key(number: 1, type: 1, hashBits: 64)
        for length in [10, store.maximumBlock - 100, 10, store.maximumBlock - 100] {
            let payload = [UInt8](repeating: 7, count: length)
            store.put(key, payload, now: 0)
            #expect(store.payload(key) == payload)
        }
    }

    // --- Who stays ---

    @Test func forgetsNothingWhileThereIsRoom() {
        let store = Store(byteCeiling: 1 << 20)
        // Blocks of 64 octets: 24 of header, 7 of name, 30 of payload.
        let count = store.memoryCapacity / 64 * 95 / 100
        for number in 0..<count {
            store.put(Key(number: UInt32(10_000 + number)), [UInt8](repeating: 1, count: 30))
        }
        #expect(store.entryCount == count)
        #expect(store.evictionCount == 0)
    }

    @Test func hotEntriesOutliveAFlood() {
        let store = Store(byteCeiling: 1 << 20)
        var misses = 0
        var asked = 0
        for number in 0..<UInt32(1_000_000 / slowdown) {
            store.put(Key(number: 1_000_000 + number), [UInt8](repeating: 1, count: 30))
            guard number % 20 == 0 else { continue }
            let hot = Key(number: number / 20 % 100)
            // The first time round they cannot be there.
            let isFirst = number / 20 < 100
            asked += isFirst ? 0 : 1
            if !store.ask(hot) {
                misses += isFirst ? 0 : 1
                store.put(hot, [UInt8](repeating: 2, count: 30))
            }
        }
        #expect(misses * 20 <= asked, "\(misses) of \(asked)")
    }

    /// Promotions used to give up every used block of the main ring that they met, whatever its use.
    @Test func promotionsSpareWhatIsUsedInMain() {
        let store = Store(byteCeiling: 256 << 10)
        let payload = [UInt8](repeating: 1, count: 30)
        var number: UInt32 = 1_000_000
        func flood(_ count: Int, asked: Bool) {
            for _ in 0..<count {
                store.put(Key(number: number), payload)
                if asked { _ = store.ask(Key(number: number)) }
                number += 1
            }
        }
        for hot in 0..<UInt32(50) {
            store.put(Key(number: hot), payload)
            _ = store.ask(Key(number: hot))
        }
        flood(10_000, asked: false)
        for _ in 0..<100 {
            for hot in 0..<UInt32(50) { _ = store.ask(Key(number: hot)) }
            flood(200, asked: true)
        }
        #expect((0..<UInt32(50)).count { store.payload(Key(number: $0)) != nil } >= 48)
    }

    @Test func whatComesBackGoesToMain() {
        let store = Store(byteCeiling: 64 << 10)
        let payload = [UInt8](repeating: 1, count: 30)
        for number in 0..<UInt32(5_000) { store.put(Key(number: number), payload) }
        let numbers = (0..<UInt32(5_000)).reversed()
        let lost = Key(number: numbers.first { store.payload(Key(number: $0)) == nil } ?? 0)
        store.put(lost, payload)
        #expect(store.isInMain(lost))
    }

    @Test func mainFullOfUsedBlocksStillTakesNewOnes() {
        let store = Store(byteCeiling: 64 << 10)
        for number in 0..<UInt32(20_000) {
            let key = Key(number: number)
            store.put(key, [UInt8](repeating: 1, count: 30))
            for _ in 0..<3 { #expect(store.ask(key)) }
        }
        #expect(store.entryCount > 500)
        #expect(store.isConsistent)
    }

    @Test func fullIndexMakesRoom() {
        let store = Store(byteCeiling: 64 << 10)
        // The smallest blocks there are fill the index before the memory.
        for number in 0..<UInt32(50_000) {
            let key = Key(number: number % 100, type: UInt16(number / 100))
            store.put(key, [])
            if number % 3 == 0 { _ = store.ask(key) }
            #expect(store.payload(key) == [])
        }
        #expect(store.isConsistent)
        #expect(store.evictionCount > 0)
    }

    @Test func entriesLongerThanTheSmallRingGoToMain() {
        let store = Store(byteCeiling: 128 << 10)
        let payload = [UInt8](repeating: 7, count: 10_000)
        #expect(payload.count > store.smallCapacity / 4)
        for number in 0..<UInt32(100) {
            store.put(Key(number: number), payload)
            #expect(store.payload(Key(number: number)) == payload)
        }
        #expect(store.entryCount < 12)
    }

    @Test func hugeEntryTakesTheOldOneAway() {
        let store = Store(byteCeiling: 64 << 10)
        store.put(Key(number: 1), [1])
        store.put(Key(number: 1), [UInt8](repeating: 2, count: 60_000))
        #expect(store.payload(Key(number: 1)) == nil)
        #expect(store.entryCount == 0)
    }

    @Test func sameSizeIsReplacedInPlace() {
        let store = Store(byteCeiling: 64 << 10)
        for number in 0..<UInt32(10) { store.put(Key(number: number), [1, 2, 3]) }
        for step in 0..<100_000 {
            store.put(Key(number: 5), [UInt8(step & 0xff), 0, 1], now: Int64(step))
        }
        #expect(store.payload(Key(number: 5)) == [UInt8(99_999 & 0xff), 0, 1])
        #expect(store.entryCount == 10)
        #expect(store.evictionCount == 0, "no dead block was left behind")
    }

    @Test func deadBlocksAreNotEvictions() {
        let store = Store(byteCeiling: 64 << 10)
        for step in 0..<50_000 { store.put(Key(number: 5), [UInt8](repeating: 1, count: step % 100)) }
        #expect(store.entryCount == 1)
        #expect(store.evictionCount == 0)
    }

    @Test func expiredPastTheStaleWindowIsNotKeptForItsUses() {
        let store = Store(byteCeiling: 64 << 10, staleWindow: 1_000)
        for number in 0..<UInt32(100) {
            store.put(Key(number: number), [UInt8](repeating: 1, count: 30), ttl: 10)
            _ = store.ask(Key(number: number))
        }
        for number in 0..<UInt32(3_000) {
            store.put(Key(number: 10_000 + number), [UInt8](repeating: 1, count: 30), ttl: 10, now: 12_000)
        }
        #expect((0..<UInt32(100)).allSatisfy { store.payload(Key(number: $0)) == nil })
    }

    // --- Memory ---

    @Test(arguments: [0, 1 << 10, 100_000, 1 << 20, 5_000_000, 16 << 20]) func staysUnderItsCeiling(
        bytes: Int
    ) {
        let store = Store(byteCeiling: bytes)
        let slots = BlockIndex.slotCount(forBytes: bytes, octetsPerSlot: CacheShard.octetsPerSlot)
        let tables = slots * BlockIndex.slotLength + slots / 2 * GhostTable.octetsPerEntry
        #expect(store.memoryCapacity + tables <= max(bytes, 4096 + tables))
        #expect(store.smallCapacity + store.mainCapacity == store.memoryCapacity)
        #expect(tables <= max(bytes / 4, 4096))
    }

    @Test func headerKeepsItsFields() {
        let tag = KeyTag(
            .failure, RecordType(rawValue: 0xffff), RecordClass(rawValue: 0xfffe),
            [.dnssecOK, .checkingDisabled])
        var header = BlockHeader(
            tag, hash: .max, nameLength: 255, payloadLength: 65_535, ttl: .max, storedAt: 1 << 46)
        #expect(MemoryLayout<BlockHeader>.size == BlockHeader.length)
        #expect(header.tag == tag)
        #expect(header.nameLength == 255 && header.payloadLength == 65_535 && header.ttl == .max)
        #expect(header.storedAt == 1 << 46)
        #expect(header.expiry == 1 << 46 + Int64(UInt32.max) * 1000)
        #expect(header.blockLength == 65_816 && header.isLive)
        header.kill()
        #expect(!header.isLive && header.blockLength == 65_816)
    }

    @Test func tagsOfDifferentKeysDiffer() {
        var tags: Set<KeyTag> = []
        var count = 0
        for kind in EntryKind.allCases {
            for variant in 0..<UInt8(4) {
                for type in [RecordType.a, .aaaa, .any] {
                    for recordClass in [RecordClass.internet, .chaos] {
                        tags.insert(KeyTag(kind, type, recordClass, AnswerVariant(rawValue: variant)))
                        count += 1
                    }
                }
            }
        }
        #expect(tags.count == count)
    }
}
