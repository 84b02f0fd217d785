public import DNSWire

/// Why a transfer from a primary gave no version.
public enum TransferFailure: Error, Sendable, Hashable {
    // --- What the primary sent ---

    case malformed(WireError)
    /// The message answers something else.
    case otherResponse
    case responseCode(ResponseCode)
    /// The primary's answer for the SOA record was not from the zone.
    case notAuthoritative
    /// A message without records, though more were due.
    case noRecords
    case notBegunWithSOA
    /// A class other than IN.
    case otherClass(RecordClass)
    /// A type that no zone holds.
    case metaType(RecordType)
    /// A SOA record in the middle, or not at the apex.
    case straySOA
    /// A serial that does not follow from the one before (RFC 1995 §4).
    case brokenChain(SerialNumber)
    /// The first and the last SOA record differ.
    case endDiffers
    case recordsBehindEnd
    case noNameServers
    /// A difference removes a record that is not there, or adds one that is: the versions have come apart.
    case doesNotApply(DomainName, RecordType)

    // --- Bounds ---

    case tooManyRecords
    case tooManyOctets
    /// More at one name than anybody could be answered with.
    case tooMuch(DomainName, RecordType)

    // --- What only the driver knows ---

    /// No answer, no connection, or one that ended before the transfer did.
    case unreachable
    case timedOut
    /// TSIG or TLS: the primary did not prove who it is.
    case notAuthentic
    /// Nothing is wrong with what came, but it could not be kept here.
    case notStored

    /// Whether the same primary may do better when it is asked for all of the zone.
    public var suggestsFullTransfer: Bool {
        switch self {
        case .unreachable, .timedOut, .notAuthentic, .notStored: false
        // Who does not know IXFR says so with one of these (RFC 1995 §2); who refuses this refuses all.
        case .responseCode(let code):
            code == .formatError || code == .notImplemented || code == .serverFailure
        default: true
        }
    }
}

extension TransferFailure: CustomStringConvertible {
    public var description: String {
        switch self {
        case .malformed(let error): "malformed message: \(error)"
        case .otherResponse: "a response to something else"
        case .responseCode(let code): "\(code)"
        case .notAuthoritative: "the answer is not authoritative"
        case .noRecords: "a message without records"
        case .notBegunWithSOA: "does not begin with the zone's SOA record"
        case .otherClass(let recordClass): "a record of class \(recordClass)"
        case .metaType(let type): "a record of type \(type)"
        case .straySOA: "a SOA record out of place"
        case .brokenChain(let serial): "serial \(serial) does not follow"
        case .endDiffers: "ends with another SOA record than it began with"
        case .recordsBehindEnd: "records behind the end"
        case .noNameServers: "no NS records at the apex"
        case .doesNotApply(let name, let type): "the change of \(name) \(type) does not fit the version held"
        case .tooManyRecords: "too many records"
        case .tooManyOctets: "too many octets"
        case .tooMuch(let name, let type): "too much at \(name) \(type)"
        case .unreachable: "unreachable"
        case .timedOut: "timed out"
        case .notAuthentic: "not proved to be from the primary"
        case .notStored: "could not be stored"
        }
    }
}
