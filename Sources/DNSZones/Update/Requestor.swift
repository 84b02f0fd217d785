public import DNSWire

/// Who asks for an update: what its rights are judged by.
public struct Requestor: Sendable, Hashable {
    /// The name of the TSIG key, or of the KEY record of SIG(0), that signed the message; nil where none did. The signature
    /// was verified.
    public var key: DomainName?
    /// Never an IPv4-mapped IPv6 address.
    public let address: IPAddress
    /// Over TCP or TLS, where an address cannot be forged.
    public var isStream: Bool

    public init(key: DomainName?, address: IPAddress, isStream: Bool) {
        self.key = key
        self.address = address.unmapped
        self.isStream = isStream
    }
}

extension Requestor: CustomStringConvertible {
    public var description: String { key.map { "\($0) at \(address)" } ?? "\(address), without a key" }
}
