public import DNSWire

/// What validation needs of cryptography. Handed in, so that scenario files with made-up signatures can run in tests;
/// the daemon knows `LibcryptoVerifier` only.
///
/// A class, as all workers share one; and settings and validators, which hold it, are copied often: of a class that takes one
/// count, of any type a call.
public protocol SignatureVerifier: AnyObject, Sendable {
    /// Whether signatures of `algorithm` can be checked here; one that cannot makes a zone insecure, not bogus
    /// (RFC 4035 §5.2).
    func supports(_ algorithm: SecurityAlgorithm) -> Bool

    /// Whether DS records of this digest type can be checked here.
    func supports(_ digestType: DigestType) -> Bool

    /// Whether `signature` is one of `key` over `data`. False, too, for a key or signature that cannot be read.
    func verify(_ signature: ArraySlice<UInt8>, over data: [UInt8], by key: DNSKey) -> Bool

    /// The digest of `data`; nil for a type that is not supported.
    func digest(_ digestType: DigestType, of data: [UInt8]) -> [UInt8]?

    /// The hash of RFC 5155 §5 over a name in canonical form; nil for a hash algorithm that nobody knows.
    ///
    /// It costs `iterations` + 1 digests: the caller bounds these.
    func hash(_ name: DomainName, _ parameters: NextSecure3Parameters) -> [UInt8]?
}
