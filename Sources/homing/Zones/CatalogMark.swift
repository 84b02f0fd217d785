import DNSWire
import DNSZones

/// Where a catalog lists a zone that is held here because of that. It is kept behind the zone's settings, as a comment to whoever
/// reads these.
struct CatalogMark: Hashable {
    let catalog: DomainName
    /// The zone's unique label in the catalog (RFC 9432 §4.1), in lower case.
    let label: [UInt8]

    private static let beginning = "  # listed at "

    init(_ member: CatalogMember, of catalog: DomainName) {
        self.catalog = catalog
        label = member.label
    }

    /// Nil where no catalog lists the zone of these settings.
    init?(settingsText text: String) {
        guard let beginning = text.ranges(of: Self.beginning).last,
            let name = try? DomainName(String(text[beginning.upperBound...])), name.labelCount >= 2,
            let label = name.labels.first, let catalog = name.parent?.parent
        else { return nil }
        self.catalog = catalog
        self.label = label
    }

    /// The settings with the mark.
    func text(marking settings: String) -> String {
        let name = DomainName(labels: [label, Array("zones".utf8)] + catalog.labels) ?? catalog
        return settings + Self.beginning + "\(name)"
    }
}
