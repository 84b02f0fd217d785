/// Why octets from the network are not what they should be: a code and a place. Trivial, so that throwing is cheap.
public struct WireError: Error, Hashable, Sendable {
    public enum Code: UInt8, Sendable {
        /// The data ends inside of something.
        case truncated
        /// A name of more than 255 octets (RFC 1035 §2.3.4).
        case nameTooLong
        /// A label type other than 00 and 11 (RFC 1035 §4.1.4, RFC 6891 §5).
        case badLabelType
        /// A compression pointer that does not point strictly backward, or one too many (RFC 9267 §2).
        case badPointer
        /// RDATA whose length or content does not fit its type.
        case badRData
        /// An EDNS option that overruns or has an impossible length (RFC 6891 §6.1.2).
        case badOption
        /// An OPT record that is second, not at the root, or outside the additional section (RFC 6891 §6.1.1).
        case badOPT
        /// A TSIG or SIG(0) record that is not the last one of the message (RFC 8945 §5.2).
        case misplacedSignature
        /// Octets after the last record that the header counts.
        case trailingData
        /// The message does not fit into the space given.
        case noSpace
    }

    public let code: Code
    /// Octets from the start of the message.
    public let offset: Int

    public init(_ code: Code, at offset: Int) {
        self.code = code
        self.offset = offset
    }
}

extension WireError: CustomStringConvertible {
    public var description: String { "\(code) at octet \(offset)" }
}
