import DNSWire
import HomingConfiguration

// What is told of zones and keys. The JSON of these is also what `--json` prints: names are texts, times seconds since 1970.

struct ServiceReport: Codable, Sendable, Hashable {
    var version: String
    /// That clients reach over UDP and TCP; of a daemon that does not run, those that it is to have.
    var addresses: [String]
    /// The key that the first start made, in BIND's form; nil where there is none.
    var firstKeyPath: String?
}

struct ZoneSummary: Codable, Sendable, Hashable {
    enum Role: String, Codable, Sendable {
        /// At home here.
        case primary
        /// As its primary has it.
        case secondary
    }

    /// Who says that it is held here.
    enum Origin: String, Codable, Sendable {
        case configuration
        case command
        /// A catalog lists it.
        case catalog
    }

    var name: DomainName
    var role: Role
    var origin: Origin
    /// False: it is kept from when the configuration had it, and nothing is answered from it.
    var isServed = true
    /// Nil: there is no data, as it was not transferred yet or has expired.
    var serial: UInt32?
    var rrsetCount: Int
    var recordCount: Int
}

struct ZoneReport: Codable, Sendable, Hashable {
    /// What is kept of its past.
    struct Journal: Codable, Sendable, Hashable {
        /// The serial of the oldest version from which all changes are known.
        var oldestSerial: UInt32?
        var changeCount: Int
        var size: Int
    }

    /// Of a secondary zone: how it stands with its primary.
    struct Transfer: Codable, Sendable, Hashable {
        /// Nil: none yet.
        var primary: String?
        var completed: Int64?
        /// Why the last attempt failed; nil where it did not.
        var failure: String?
        var nextRefresh: Int64?
        var expiry: Int64?
    }

    /// Of a zone that others follow: how far a secondary is.
    struct Secondary: Codable, Sendable, Hashable {
        var address: String
        /// That it asked about or transferred last.
        var serial: UInt32?
        var heard: Int64?
        /// How many seconds it is behind; 0 when it is not.
        var lag: Int64?
    }

    var summary: ZoneSummary
    /// As an item of `zones:`, without what is the default.
    var settings: String
    /// The rules of its update policy, the first that fits decides.
    var updatePolicy: [String]
    /// Data of the SOA record.
    var soa: String?
    var journal: Journal?
    var leaseCount: Int
    /// Why it could not be read from the database.
    var damage: String?
    /// These two only the running daemon knows.
    var transfer: Transfer?
    var secondaries: [Secondary]
}

/// What an import changes, or would.
struct ZoneDifference: Codable, Sendable, Hashable {
    var oldSerial: UInt32
    var newSerial: UInt32
    var removedCount: Int
    var addedCount: Int

    var isEmpty: Bool { removedCount == 0 && addedCount == 0 && oldSerial == newSerial }
}

/// A zone that a command makes.
struct ZoneCreation: Codable, Sendable, Hashable {
    /// As an item of `zones:`.
    var settings: String
}

// --- Updates ---

/// An update that might be sent.
struct UpdateInquiry: Codable, Sendable, Hashable {
    /// Nil: the zone that the name is in.
    var zone: DomainName?
    /// Nil: without a signature.
    var key: DomainName?
    var address: String
    /// Over TCP or TLS.
    var isStream: Bool
    var name: DomainName
    var type: String
}

struct UpdateVerdict: Codable, Sendable, Hashable {
    var zone: DomainName
    var isGranted: Bool
    /// The rule that decides, or that none does.
    var reason: String
    /// What has to be known beside.
    var remarks: [String]
}

// --- Keys ---

struct KeyCreation: Codable, Sendable, Hashable {
    var name: DomainName
    /// As in `keys:`, such as `hmac-sha256`.
    var algorithm: String
}

struct KeyReport: Codable, Sendable, Hashable {
    enum Origin: String, Codable, Sendable {
        case configuration
        case command
        /// Made by the first start.
        case firstStart
    }

    var name: DomainName
    var algorithm: String
    var origin: Origin
    /// In base64; nil where it was not asked for.
    var secret: String?
}
