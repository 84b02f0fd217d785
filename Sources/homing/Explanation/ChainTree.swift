import DNSValidation
import DNSWire

/// The steps of a validation as lines of a tree: zones below zones, and in each what was looked at there, in order.
struct ChainTree {
    private struct Zone {
        let name: DomainName
        let heading: String
        var entries: [Entry] = []
    }

    private enum Entry {
        case step(String)
        /// By its index in `zones`.
        case zone(Int)
    }

    private var zones: [Zone] = []
    private var tops: [Int] = []

    init(_ explanation: Explanation) {
        let broken = explanation.brokenStep
        for (index, step) in explanation.steps.enumerated() {
            let zone = zone(of: step, explanation.anchors)
            let mark = index == broken ? "  <- the chain breaks here" : ""
            zones[zone].entries.append(.step(Self.text(of: step, in: zones[zone].name) + mark))
        }
    }

    //--- The zone of a step ---

    private mutating func zone(of step: ValidationStep, _ anchors: TrustAnchorSet) -> Int {
        switch (step.kind, step.type, step.outcome) {
        case (.anchor, _, _):
            return index(of: step.name) ?? add(step.name, anchors.anchor(of: step.name))
        case (.delegationSigner, _, _), (.zoneKeys, _, _), (.signature, .ds?, _), (.denial, .ds?, .insecure):
            // What its parent says of a zone stands with the zone.
            return index(of: step.name) ?? add(step.name, nil)
        default:
            return enclosing { step.name.isSubdomain(of: $0) } ?? add(step.name, nil)
        }
    }

    private func index(of name: DomainName) -> Int? { zones.firstIndex { $0.name == name } }

    /// The deepest zone so far of those that `condition` holds for.
    private func enclosing(_ condition: (DomainName) -> Bool) -> Int? {
        zones.indices.filter { condition(zones[$0].name) }.max {
            zones[$0].name.labelCount < zones[$1].name.labelCount
        }
    }

    /// A new zone: at the top where a chain begins, otherwise below the closest.
    private mutating func add(_ name: DomainName, _ anchor: TrustAnchor?) -> Int {
        let index = zones.count
        let parent = anchor == nil ? enclosing { name.isProperSubdomain(of: $0) } : nil
        var heading = "\(name)"
        if let tags = anchor?.keyTags, !tags.isEmpty {
            let list = tags.map(String.init).joined(separator: ", ")
            heading += " (trust anchor: key\(tags.count == 1 ? "" : "s") \(list))"
        }
        zones.append(Zone(name: name, heading: heading))
        if let parent { zones[parent].entries.append(.zone(index)) } else { tops.append(index) }
        return index
    }

    //--- Text ---

    private static let kindWidth = "DNSKEY".count

    private static func text(of step: ValidationStep, in zone: DomainName) -> String {
        let kind = step.kind.rawValue
        var columns = [kind + String(repeating: " ", count: max(0, kindWidth - kind.count))]
        switch step.kind {
        case .anchor, .delegationSigner, .zoneKeys: break
        case .signature, .denial:
            let parts = [step.name == zone ? nil : "\(step.name)", step.type.map { "\($0)" }]
            let subject = parts.compactMap { $0 }.joined(separator: " ")
            if !subject.isEmpty { columns.append(subject) }
        }
        return (columns + ["\(step.outcome.rawValue): \(step.detail)"]).joined(separator: "  ")
    }

    var lines: [String] { tops.flatMap { lines(of: $0, prefix: "") } }

    /// As deep as names have labels.
    private func lines(of index: Int, prefix: String) -> [String] {
        let zone = zones[index]
        var lines = [zone.heading]
        for (position, entry) in zone.entries.enumerated() {
            let isLast = position == zone.entries.count - 1
            let (branch, stem) = isLast ? ("└─ ", "   ") : ("├─ ", "│  ")
            switch entry {
            case .step(let text): lines.append(prefix + branch + text)
            case .zone(let child):
                let below = self.lines(of: child, prefix: prefix + stem)
                lines.append(prefix + branch + (below.first ?? ""))
                lines += below.dropFirst()
            }
        }
        return lines
    }
}
