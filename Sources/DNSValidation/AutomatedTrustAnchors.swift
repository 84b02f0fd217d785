public import DNSWire

/// The trust anchors as their owners keep them up to date (RFC 5011): a trust point for each zone with a positive anchor.
///
/// Pure: what was received and when is handed in. What is to be done comes out: which zone to ask for its keys, which
/// anchors hold.
public struct AutomatedTrustAnchors: Sendable, Equatable {
    private var configured: TrustAnchorSet
    private var pointsByZone: [DomainName: TrustPoint] = [:]

    /// - Parameters:
    ///   - saved: what an earlier run has learned. Zones that are not configured any more are forgotten.
    ///   - wall: seconds since 1970.
    public init(configured: TrustAnchorSet, saved: [TrustPoint] = [], at wall: Int64) {
        self.configured = configured
        for point in saved { pointsByZone[point.zone] = point }
        configure(configured, at: wall)
    }

    /// Follows a change of what the operator says.
    public mutating func configure(_ configured: TrustAnchorSet, at wall: Int64) {
        self.configured = configured
        var points: [DomainName: TrustPoint] = [:]
        for anchor in configured.anchors where configured.closest(to: anchor.zone) == .anchor(anchor) {
            var point = pointsByZone[anchor.zone] ?? TrustPoint(configured: anchor, at: wall)
            point.configure(anchor, at: wall)
            points[anchor.zone] = point
        }
        pointsByZone = points
    }

    /// In canonical order of their zones.
    public var points: [TrustPoint] { pointsByZone.values.sorted { $0.zone < $1.zone } }

    /// What is believed now. A zone whose keys are all revoked has no anchor any more (RFC 5011 §5).
    public var anchors: TrustAnchorSet {
        TrustAnchorSet(
            anchors: configured.anchors.compactMap { anchor in
                guard let point = pointsByZone[anchor.zone] else { return anchor }
                return point.anchor
            },
            negative: configured.negativeAnchors)
    }

    /// The zone whose keys are to be asked for next, and in how many seconds.
    public func next(at wall: Int64) -> (zone: DomainName, wait: Int64)? {
        var next: (zone: DomainName, wait: Int64)?
        for point in points {
            guard let wait = point.wait(at: wall), wait < next?.wait ?? .max else { continue }
            next = (point.zone, wait)
        }
        return next
    }

    /// What is known of a zone.
    public func point(of zone: DomainName) -> TrustPoint? { pointsByZone[zone] }

    /// A DNSKEY RRset of `zone` was received.
    public mutating func apply(
        _ observation: TrustPoint.Observation, to zone: DomainName, at wall: Int64
    ) -> [TrustPoint.Change] {
        pointsByZone[zone]?.apply(observation, at: wall) ?? []
    }

    /// The DNSKEY RRset of `zone` could not be had.
    public mutating func fail(_ zone: DomainName, at wall: Int64) {
        pointsByZone[zone]?.fail(at: wall)
    }
}
