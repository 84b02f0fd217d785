public import DNSWire

/// Where chains of trust start, and where they are cut: positive trust anchors by zone and negative ones (RFC 7646).
///
/// A value without a clock: what follows rollovers makes a new one.
public struct TrustAnchorSet: Sendable, Equatable {
    /// What holds for a name.
    public enum Closest: Sendable, Equatable {
        /// The chain of trust starts here.
        case anchor(TrustAnchor)
        /// Nothing at or below this name is validated.
        case negative(DomainName)
        /// No chain leads there: indeterminate, treated as insecure (RFC 4035 §4.3).
        case none
    }

    private var positive: [DomainName: TrustAnchor] = [:]
    private var negative: Set<DomainName> = []
    /// Labels of the deepest name of both; a walk need not start any deeper.
    private var deepest = 0
    /// What holds where nothing deeper does, at hand because mostly there is nothing deeper.
    private var atRoot = Closest.none

    /// - Parameter anchors: those of one zone are taken together.
    public init(anchors: some Sequence<TrustAnchor>, negative: some Sequence<DomainName> = []) {
        for anchor in anchors {
            let merged = positive[anchor.zone].map { $0.merging(anchor) } ?? anchor
            positive[anchor.zone] = merged
        }
        self.negative = Set(negative)
        deepest = max(
            positive.keys.lazy.map(\.labelCount).max() ?? 0,
            self.negative.lazy.map(\.labelCount).max() ?? 0)
        atRoot = at(.root) ?? .none
    }

    /// What is believed without any configuration: the root's anchors.
    public static let builtIn = TrustAnchorSet(anchors: [.root])

    /// The closest anchor that encloses `name`. At one name the negative anchor wins over the positive one.
    public func closest(to name: DomainName) -> Closest {
        guard deepest > 0 else { return atRoot }
        var candidate = name.suffix(deepest)
        while let parent = candidate.parent {
            if let found = at(candidate) { return found }
            candidate = parent
        }
        return atRoot
    }

    private func at(_ name: DomainName) -> Closest? {
        if negative.contains(name) { return .negative(name) }
        return positive[name].map { .anchor($0) }
    }

    /// In canonical order of their zones.
    public var anchors: [TrustAnchor] { positive.values.sorted { $0.zone < $1.zone } }

    /// In canonical order.
    public var negativeAnchors: [DomainName] { negative.sorted() }

    public func anchor(of zone: DomainName) -> TrustAnchor? { positive[zone] }
}

extension TrustAnchor {
    /// Both, nothing twice.
    func merging(_ other: TrustAnchor) -> TrustAnchor {
        var merged = self
        merged.signers += other.signers.filter { !signers.contains($0) }
        merged.keys += other.keys.filter { !keys.contains($0) }
        return merged
    }

    /// Of its keys and signers, each once, in ascending order.
    public var keyTags: [UInt16] { Set(signers.map(\.keyTag) + keys.map(\.keyTag)).sorted() }
}
