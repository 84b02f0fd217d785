public import DNSWire

extension Configuration {
    /// What is validated, and what is believed without being told.
    public struct DNSSEC: Sendable, Equatable {
        /// Default: validate.
        public var mode = Validation.validate
        /// Master files with DS and DNSKEY records; absolute paths. One with records of the root replaces the root's
        /// built-in anchor. Default: none.
        public var trustAnchors: [String] = []
        /// Names at and below which nothing is validated (RFC 7646). Default: none.
        public var negativeTrustAnchors: [DomainName] = []
        /// Whether the keys that a zone with a trust anchor announces are followed (RFC 5011). Default: yes.
        public var followRollovers = true
        /// Whether signatures and digests made with SHA-1 count; without, zones that have no others are insecure
        /// (RFC 9905). Default: yes.
        public var sha1 = true
        /// By how much this clock and a signer's may differ; 0 s to 1 d. Default: 5 min.
        public var signatureSkew = Duration.seconds(300)
        /// Whether denials are made from validated NSEC and NSEC3 records in the cache (RFC 8198). Default: yes.
        public var aggressiveNSEC = true
        /// How long an answer that fails validation is remembered as such; 1 s to 1 min. Default: 1 min.
        public var bogusTTL = Duration.seconds(60)
        /// Whether the zones with trust anchors are told which keys are trusted here (RFC 8145). Default: yes.
        public var signalAnchors = true
        /// Whether clients can find out which keys of the root are trusted here (RFC 8509). Default: yes.
        public var sentinel = true

        public init() {}
    }

    public enum Validation: String, Sendable, CaseIterable {
        /// Signatures are checked; what fails is not given to clients that do not ask for it with CD=1.
        case validate
        /// Nothing is checked, and AD is never set.
        case off
    }
}
