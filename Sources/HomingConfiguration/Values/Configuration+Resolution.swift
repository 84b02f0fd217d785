extension Configuration {
    /// How names are found.
    public struct Resolution: Sendable, Equatable {
        /// Where the search begins. Default: the list built into Homing.
        public var rootHints = RootHints.builtIn
        /// Whether the root's own NS RRset is asked for at the start and kept fresh (RFC 9609). Default: yes.
        public var priming = true
        /// How much of a name the servers above its zone are shown (RFC 9156). Default: relaxed.
        public var qnameMinimisation = QNAMEMinimisation.relaxed

        public init() {}
    }

    /// Where the servers of the root are learned.
    public enum RootHints: Sendable, Equatable {
        /// The list built into Homing.
        case builtIn
        /// A master file with NS and address records, such as IANA's `named.root`.
        case file(String)
        /// Names and addresses given in the configuration itself; at least one.
        case servers([Host])
    }

    public enum QNAMEMinimisation: String, Sendable, CaseIterable {
        /// Label by label, and a server that answers that with an error has given the answer.
        case strict
        /// Label by label; the whole name is asked where a server cannot bear that.
        case relaxed
        /// The whole name is asked everywhere.
        case off
    }
}
