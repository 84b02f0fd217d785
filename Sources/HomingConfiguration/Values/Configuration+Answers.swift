public import DNSWire

extension Configuration {
    /// What answers to clients look like.
    public struct Answers: Sendable, Equatable {
        /// Whether the records of an RRset change places from answer to answer. Default: yes.
        public var rotation = true
        /// Whether authority and additional records that the client does not need are left out. Default: yes.
        public var minimal = true
        /// The largest UDP payload sent, however much the client offers, in octets, 512 to 4096. Default:
        /// 1232.
        public var ednsSize = 1232
        /// DNS cookies for clients (RFC 7873, RFC 9018). Default: on.
        public var cookies = ClientCookies.on
        /// The name server identifier for clients that ask for it (RFC 5001), 1 to 128 octets. Default: none.
        public var nsid: [UInt8]?
        /// The text for `id.server` and `hostname.bind` of class CHAOS (RFC 4892), 1 to 255 octets.
        /// Default: none, and the question is refused.
        public var idServer: String?
        /// The text for `version.server` and `version.bind` of class CHAOS, 1 to 255 octets.
        /// Default: none, and the question is refused.
        public var versionBind: String?

        public init() {}
    }

    public enum ClientCookies: String, Sendable, CaseIterable {
        /// The option is ignored.
        case off
        /// A client that sends a cookie gets one; nobody has to.
        case on
        /// A query over UDP without a valid cookie gets BADCOOKIE and a new one, or TC=1 where it had none.
        case required
    }

    /// Private addresses in the answers of public names, removed, so that a web page cannot reach into the
    /// network of its reader.
    public struct RebindingProtection: Sendable, Equatable {
        /// Default: yes.
        public var enabled = true
        /// The networks whose addresses are removed, IPv4-mapped IPv6 included.
        /// Default: unspecified, loopback, private, shared and link-local blocks.
        public var networks: [IPNetwork] =
            NetworkBlocks.unspecified + NetworkBlocks.loopback + NetworkBlocks.privateUse
            + NetworkBlocks.sharedUse + NetworkBlocks.linkLocal
        /// Names that may have such addresses, they and all below them. Default: none; local hosts and
        /// forward and stub zones need no entry.
        public var allow: [DomainName] = []

        public init() {}
    }

    /// Names that are answered here by convention and never sent out (RFC 6761, 6303, 7686, 8375 and their
    /// kin).
    public struct SpecialNames: Sendable, Equatable {
        /// Whether any of them is. Default: yes.
        public var enabled = true
        /// Single ones that are resolved like any other name. Default: none.
        public var except: [DomainName] = []

        public init() {}
    }
}
