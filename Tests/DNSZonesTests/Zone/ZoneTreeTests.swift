import DNSWire
import DNSZones
import SeededRandom
import Testing

@Suite struct ZoneTreeTests {
    static let apex: DomainName = "example.com."

    /// What a tree should be: names and RRsets in dictionaries, every question answered by looking at all of it.
    struct Model {
        var names: [DomainName: [RecordType: RRset]] = [:]

        mutating func set(_ rrset: RRset) { names[rrset.ownerName, default: [:]][rrset.type] = rrset }

        mutating func remove(_ name: DomainName, _ type: RecordType) {
            names[name]?[type] = nil
            if names[name]?.isEmpty == true { names[name] = nil }
        }

        var rrsets: [RRset] {
            names.sorted { $0.key < $1.key }.flatMap { $0.value.values.sorted { $0.type < $1.type } }
        }

        func exists(_ name: DomainName) -> Bool { names.keys.contains { $0.isSubdomain(of: name) } }

        func closestEncloser(of name: DomainName) -> DomainName? {
            var candidate: DomainName? = name
            while let current = candidate, !exists(current) { candidate = current.parent }
            return candidate
        }
    }

    static func all(_ tree: ZoneTree) -> [RRset] {
        var cursor = tree.cursor
        var rrsets: [RRset] = []
        while let rrset = cursor.next() { rrsets.append(rrset) }
        return rrsets
    }

    /// The same with the case of owner names.
    static func isIdentical(_ a: [RRset], _ b: [RRset]) -> Bool {
        a == b && zip(a, b).allSatisfy { $0.ownerName.isIdentical(to: $1.ownerName) }
    }

    static func expect(_ tree: ZoneTree, is model: Model, _ label: String) {
        let (found, wanted) = (all(tree), model.rrsets)
        #expect(isIdentical(found, wanted), "\(label)")
        #expect(tree.nameCount == model.names.count)
        #expect(tree.rrsetCount == wanted.count)
        #expect(tree.recordCount == wanted.reduce(0) { $0 + $1.rdatas.count })
    }

    @Test(arguments: 0..<10)
    func `a series of changes gives what a dictionary gives, and copies do not change`(_ seed: Int) {
        var generator = SeededGenerator(seed: UInt64(seed))
        var tree = ZoneTree()
        var model = Model()
        var copies: [(ZoneTree, Model)] = []
        // Some zones grow, others stay small and lose nodes again and again.
        let (steps, removal) = (900, 20 + seed * 5)
        for step in 0..<steps {
            let name = generator.name(below: Self.apex, labels: seed.isMultiple(of: 2) ? 5 : 2)
            if generator.below(100) < removal {
                let type = generator.pick(model.names[name]?.keys.sorted() ?? [.a])
                tree.remove(name, type)
                model.remove(name, type)
            } else if generator.below(100) < 5 {
                tree.remove(name)
                model.names[name] = nil
            } else {
                let rrset = generator.rrset(at: name)
                tree.set(rrset)
                model.set(rrset)
            }
            if step.isMultiple(of: 225) { copies.append((tree, model)) }
        }
        Self.expect(tree, is: model, "at the end")
        for (tree, model) in copies { Self.expect(tree, is: model, "a copy") }
        let (rrsets, names) = (model.rrsets, model.names.keys.sorted())
        for _ in 0..<100 {
            let name = generator.name(below: Self.apex, labels: 6)
            #expect(tree.exists(name) == model.exists(name), "\(name)")
            #expect(tree.closestEncloser(of: name) == model.closestEncloser(of: name), "\(name)")
            #expect(tree.predecessor(of: name) == names.last { $0 < name }, "\(name)")
            #expect(tree.rrsets(at: name) == (model.names[name]?.values.sorted { $0.type < $1.type } ?? []))
            var cursor = tree.cursor(from: name)
            #expect(cursor.next() == rrsets.first { !($0.ownerName < name) }, "\(name)")
        }
    }

    /// Large enough for several levels, whose nodes fill, empty, share and join.
    @Test func `all that was put in can be taken out again`() {
        var generator = SeededGenerator(seed: 5)
        let names = (0..<3_000).map { Self.apex.prepending(label: Array("host\($0)".utf8)) ?? Self.apex }
        let rrsets = names.map { RRset($0, .a, ttl: 60, rdatas: [RData(unchecked: [192, 0, 2, 1])]) }
        var tree = ZoneTree(rrsets)
        let full = tree
        // Waves that take names out of one part of the zone and bring them to another.
        for _ in 0..<8 {
            let part = generator.below(2_000)
            let gone = rrsets[part..<(part + 1_000)].shuffled(using: &generator)
            for rrset in gone { tree.remove(rrset.ownerName) }
            for rrset in rrsets.shuffled(using: &generator).prefix(1_500) { tree.set(rrset) }
        }
        for rrset in rrsets { tree.set(rrset) }
        #expect(Self.all(tree) == Self.all(full))
        for name in names.shuffled(using: &generator) {
            #expect(tree.rrset(name, .a) != nil)
            tree.remove(name)
            #expect(!tree.exists(name))
        }
        #expect(tree.nameCount == 0 && tree.rrsetCount == 0 && tree.recordCount == 0)
        #expect(Self.all(tree).isEmpty && !tree.exists(.root) && tree.closestEncloser(of: Self.apex) == nil)
        #expect(Self.all(full).count == 3_000)
    }

    @Test(arguments: [false, true])
    func `a sorted load and one in any order give the same`(_ isSorted: Bool) {
        var generator = SeededGenerator(seed: 11)
        var model = Model()
        for _ in 0..<2_000 { model.set(generator.rrset(at: generator.name(below: Self.apex, labels: 6))) }
        let rrsets = isSorted ? model.rrsets : model.rrsets.shuffled(using: &generator)
        Self.expect(ZoneTree(rrsets), is: model, "loaded")
    }

    @Test func `a cursor goes on undisturbed`() {
        var generator = SeededGenerator(seed: 3)
        var tree = ZoneTree()
        for _ in 0..<800 { tree.set(generator.rrset(at: generator.name(below: Self.apex))) }
        let before = Self.all(tree)
        var cursor = tree.cursor
        var walked: [RRset] = []
        while let rrset = cursor.next() {
            walked.append(rrset)
            tree.remove(rrset.ownerName)
            tree.set(generator.rrset(at: generator.name(below: Self.apex)))
            // A copy of a cursor is a place to come back to.
            if walked.count == 100 {
                var other = cursor
                #expect(other.next() == before[100])
            }
        }
        #expect(Self.isIdentical(walked, before))
    }

    @Test func `names keep their case, and are one in any`() {
        var tree = ZoneTree()
        let address = RData(unchecked: [192, 0, 2, 1])
        tree.set(RRset("HoSt.Example.com.", .a, ttl: 60, rdatas: [address]))
        tree.set(RRset("host.example.com.", .txt, ttl: 60, rdatas: [.text(["x"])]))
        #expect(tree.nameCount == 1)
        #expect(tree.rrset("host.EXAMPLE.com.", .a)?.ownerName.description == "HoSt.Example.com.")
        #expect(tree.rrset("HOST.example.com.", .txt)?.ownerName.description == "host.example.com.")
        tree.set(RRset("HOST.example.com.", .a, ttl: 60, rdatas: [address]))
        #expect(tree.rrset("host.example.com.", .a)?.ownerName.description == "HOST.example.com.")
        tree.remove("Host.Example.Com.")
        #expect(tree.nameCount == 0)
    }

    @Test func `an RRset without records is removed, and data that fits no record is left out`() {
        var tree = ZoneTree()
        let name: DomainName = "a.example.com."
        tree.set(RRset(name, .txt, ttl: 60, rdatas: [RData(unchecked: [UInt8](repeating: 1, count: 65_535))]))
        #expect(tree.rrset(name, .txt)?.rdatas.first?.bytes.count == 65_535)
        tree.set(RRset(name, .txt, ttl: 60, rdatas: []))
        #expect(tree.rrset(name, .txt) == nil && tree.nameCount == 0)
        let tooLong = RData(unchecked: [UInt8](repeating: 1, count: 65_536))
        tree.set(RRset(name, .txt, ttl: 60, rdatas: [tooLong]))
        #expect(tree.rrset(name, .txt) == nil && tree.nameCount == 0)
        tree.set(RRset(name, .txt, ttl: 60, rdatas: [tooLong, .text(["x"])]))
        #expect(tree.rrset(name, .txt)?.rdatas == [.text(["x"])] && tree.recordCount == 1)
    }

    @Test func `the longest names have room`() {
        var tree = ZoneTree()
        var name = DomainName.root
        while let longer = name.prepending(label: [0]) { name = longer }
        var labels = DomainName.root
        while let longer = labels.prepending(
            label: [UInt8](repeating: 0x01, count: max(0, min(63, 254 - labels.wire.count))))
        {
            labels = longer
        }
        for name in [name, labels] {
            #expect(name.wire.count == 255)
            tree.set(RRset(name, .a, ttl: 1, rdatas: [RData(unchecked: [192, 0, 2, 1])]))
            #expect(tree.rrset(name, .a)?.ownerName == name)
        }
        #expect(tree.predecessor(of: labels) == name)
    }
}
