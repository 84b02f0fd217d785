import DNSWire

/// What an operator can do with zones and keys. The running daemon does it, or, where none runs, the command itself on the
/// state database.
protocol ZoneAdministration: Sendable {
    /// Who answers, and where.
    func service() throws(AdministrationFault) -> ServiceReport

    /// Every zone that is held here, in canonical order.
    func zones() throws(AdministrationFault) -> [ZoneSummary]
    func zone(_ name: DomainName) throws(AdministrationFault) -> ZoneReport

    /// Makes a zone as a master file has it, by one change. Its SOA serial counts if it is newer than the zone's; else the
    /// zone's moves on.
    ///
    /// - Parameters:
    ///   - isTrial: whether to say only what would change.
    ///   - output: gets the records that go and come, a line each that begins with `-` or `+`.
    func importZone(
        _ name: DomainName, _ text: [UInt8], isTrial: Bool, output: Output
    ) throws(AdministrationFault) -> ZoneDifference

    /// - Parameter output: gets the zone as a master file.
    func exportZone(_ name: DomainName, output: Output) throws(AdministrationFault)

    /// - Parameter text: the zone as a master file; empty: it begins with SOA and NS records.
    func createZone(_ creation: ZoneCreation, _ text: [UInt8]) throws(AdministrationFault)

    /// The zone, its journal and its leases are gone then.
    func deleteZone(_ name: DomainName) throws(AdministrationFault)

    /// What would come of an update.
    func explain(_ inquiry: UpdateInquiry) throws(AdministrationFault) -> UpdateVerdict

    func createKey(_ creation: KeyCreation) throws(AdministrationFault) -> KeyReport
    func keys(withSecrets: Bool) throws(AdministrationFault) -> [KeyReport]
    func removeKey(_ name: DomainName) throws(AdministrationFault)

    /// Takes a piece of text, of any length.
    typealias Output = (_ text: String) throws(AdministrationFault) -> Void
}

/// Why something could not be done, for a person.
struct AdministrationFault: Error, Codable, Hashable {
    enum Kind: String, Codable {
        /// What was asked for cannot be: a zone that is not there, a file that is none.
        case mistake
        /// It could be, and could not be done now.
        case failure
    }

    var kind: Kind
    /// A line for each thing that is wrong, at least one.
    var lines: [String]

    static func mistake(_ lines: String...) -> AdministrationFault {
        AdministrationFault(kind: .mistake, lines: lines)
    }

    static func failure(_ lines: String...) -> AdministrationFault {
        AdministrationFault(kind: .failure, lines: lines)
    }
}

extension AdministrationFault: CustomStringConvertible {
    var description: String { lines.joined(separator: "\n") }
}
