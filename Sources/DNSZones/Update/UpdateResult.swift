public import DNSWire

/// What came of an update.
public struct UpdateResult: Sendable, Hashable {
    public var responseCode: ResponseCode
    /// Why, for the client (RFC 8914).
    public var error: ExtendedError?
    /// The draft's records are other ones now. Where they are not, leases may still be, by the draft's `leaseChanges`.
    public var isChanged = false
    /// The lease that holds, for the response (RFC 9664 §4.3).
    public var lease: UpdateLease?
    /// Why it was refused, with the rule that did it: for the log.
    public var refusal: String?

    public init(_ responseCode: ResponseCode, error: ExtendedError? = nil, refusal: String? = nil) {
        self.responseCode = responseCode
        self.error = error
        self.refusal = refusal
    }

    /// Of a message that could not be read as an update.
    public init(_ fault: UpdateFault) {
        self.init(fault.responseCode, error: ExtendedError(.other, "\(fault)"))
    }

    init(_ refusal: UpdateRefusal) {
        self.init(.refused, error: ExtendedError(.prohibited, refusal.clientText), refusal: refusal.text)
    }
}

/// That somebody may not do what he asks for, in words.
struct UpdateRefusal: Error {
    /// A name may take a thousand octets of text; the client knows what it has asked for.
    static let maximumClientText = 200

    /// For the log, with the text of the rule.
    let text: String
    /// For the client, without it.
    let clientText: String

    init(_ text: String, forClient clientText: String? = nil) {
        self.text = text
        self.clientText = String((clientText ?? text).prefix(Self.maximumClientText))
    }

    init(_ name: DomainName, _ type: RecordType, _ verdict: UpdatePolicy.Verdict) {
        self.init(
            "\(type) at \(name): \(verdict)", forClient: "\(type) at \(name): \(verdict.shortDescription)")
    }
}
