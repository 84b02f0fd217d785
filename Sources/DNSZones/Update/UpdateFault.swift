public import DNSWire

/// Why a message is no proper UPDATE: what to answer, and where the fault lies. Trivial, so that throwing is cheap.
public struct UpdateFault: Error, Hashable, Sendable {
    public enum Reason: UInt8, Sendable {
        /// Octets that cannot be read as what should stand there, too few of them, or too many.
        case malformed
        /// ZOCOUNT other than 1 (RFC 2136 §3.1.1).
        case zoneCount
        /// ZTYPE other than SOA.
        case zoneType
        /// ANY or NONE as the class of a zone.
        case zoneClass
        /// More than `UpdateMessage.maximumRecords`.
        case tooManyRecords
        /// A name that is not in the zone (§3.2, §3.4.1).
        case outsideZone
        /// A class that means nothing in this section.
        case recordClass
        /// A type that no data has, where data is meant (§3.4.1.2).
        case recordType
        /// A TTL other than zero where there is no record to have one.
        case ttl
        /// RDATA where there must be none.
        case unexpectedData
        /// EDNS of a version other than 0 (RFC 6891 §6.1.3).
        case ednsVersion
    }

    /// A section of the message, by the names of RFC 2136 §2.
    public enum Section: UInt8, Sendable {
        case header, zone, prerequisite, update, additional
    }

    public let reason: Reason
    public let section: Section
    /// Which record of the section, from 1; 0 where it is about the section as a whole.
    public let number: Int

    init(_ reason: Reason, in section: Section, number: Int = 0) {
        self.reason = reason
        self.section = section
        self.number = number
    }

    public var responseCode: ResponseCode {
        switch reason {
        case .outsideZone: .notZone
        case .ednsVersion: .badVersion
        default: .formatError
        }
    }
}

extension UpdateFault: CustomStringConvertible {
    public var description: String {
        "\(section) section" + (number > 0 ? ", record \(number)" : "") + ": \(words)"
    }

    private var words: String {
        switch reason {
        case .malformed: "malformed"
        case .zoneCount: "not exactly one zone"
        case .zoneType: "a type other than SOA"
        case .zoneClass: "a class that no zone has"
        case .tooManyRecords: "more than \(UpdateMessage.maximumRecords) records"
        case .outsideZone: "a name outside of the zone"
        case .recordClass: "a class that means nothing here"
        case .recordType: "a type that no record has"
        case .ttl: "a TTL that is not zero"
        case .unexpectedData: "data where none may be"
        case .ednsVersion: "an EDNS version that is not spoken here"
        }
    }
}
