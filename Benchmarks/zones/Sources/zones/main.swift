// What a zone of a million names costs: `swift run -c release --package-path Benchmarks/zones`.

import DNSWire
import DNSZones

let apex: DomainName = "example.com."
let count = 1_000_000

func name(_ number: Int) -> DomainName { apex.prepending(label: Array("host\(number)".utf8)) ?? apex }

func rrset(_ number: Int, ttl: UInt32 = 3_600) -> RRset {
    let octets = [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: number >> $0) }
    return RRset(name(number), .a, ttl: ttl, rdatas: [RData(unchecked: octets)])
}

func version(_ tree: ZoneTree) -> ZoneVersion? {
    var tree = tree
    let soa = StartOfAuthority(
        primary: "ns.example.com.", mailbox: "hostmaster.example.com.", serial: 1, refresh: 7_200, retry: 900,
        expire: 1_209_600, minimum: 300)
    tree.set(RRset(apex, .soa, ttl: 3_600, rdatas: [soa.rdata]))
    tree.set(RRset(apex, .ns, ttl: 3_600, rdatas: [.name("ns.example.net.")]))
    return ZoneVersion(apex: apex, tree: tree)
}

let sorted = (0..<count).map(String.init).sorted().compactMap { Int($0) }
let shuffled = sorted.shuffled()
let some = Array(shuffled.prefix(100_000))
let names = some.map(name)
var found = 0

var tree = ZoneTree()
Measurement.whole("load in canonical order") { tree = ZoneTree(sorted.lazy.map { rrset($0) }) }
tree = ZoneTree()
Measurement.whole("load in any order") { tree = ZoneTree(shuffled.lazy.map { rrset($0) }) }

Measurement.each("an RRset, at random", names.count) {
    for name in names where tree.rrset(name, .a) != nil { found += 1 }
}
Measurement.each("an RRset, again and again", names.count) {
    for _ in names where tree.rrset(names[0], .a) != nil { found += 1 }
}
Measurement.each("a change, at random", names.count) {
    for number in some {
        // The version before is there until the new one is.
        let before = tree
        tree.set(rrset(number, ttl: 60))
        if before.nameCount == tree.nameCount { found += 1 }
    }
}
Measurement.each("a step of a walk", count) {
    var cursor = tree.cursor
    while cursor.next() != nil { found += 1 }
}

guard var current = version(tree) else { fatalError("no zone") }
let first = current
Measurement.each("an answer, at random", names.count) {
    for name in names where !current.answer(name, .a).answers.isEmpty { found += 1 }
}
Measurement.each("NXDOMAIN, at random", names.count) {
    for name in names {
        guard let qname = name.prepending(label: [0x78]) else { continue }
        if current.answer(qname, .a).responseCode == .nxDomain { found += 1 }
    }
}
Measurement.each("a draft, its change and the new version", some.count) {
    for number in some {
        var draft = ZoneDraft(current)
        draft.set(rrset(number, ttl: 30))
        if let result = draft.finished(serial: .increment, wall: 0) { current = result.version }
    }
}
Measurement.whole("the difference of all these changes") {
    found += ZoneDiff(from: first.tree, to: current.tree).added.count
}

var text: [String] = []
Measurement.whole("written as a zone file") { text = Array(ZoneFile.pieces(of: current)) }
Measurement.whole("read as a zone file") {
    var pieces = text.makeIterator()
    let source = MasterFileSource(name: "zone") { pieces.next().map { Array($0.utf8) } }
    let (tree, problems) = ZoneFile.load(source: source, apex: apex)
    found += tree.nameCount + problems.count
}
print("(\(found) found)")
