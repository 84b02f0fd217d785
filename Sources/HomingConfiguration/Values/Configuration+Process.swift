extension Configuration {
    /// The running process. Only a restart changes these.
    public struct Process: Sendable, Equatable {
        /// Workers, each with a queue and sockets of its own; 1 to 256. Default: nil, one for each core.
        public var workers: Int?
        /// The directory for what has to outlast a restart; an absolute path. Default: /var/lib/homing.
        public var stateDirectory = "/var/lib/homing"
        /// The user to become once the ports are open, when started as root. Default: none, remain who we
        /// are.
        public var user: String?
        /// The group to become then. Default: none, the primary group of that user.
        public var group: String?

        public init() {}
    }

    /// What is logged.
    public struct Log: Sendable, Equatable {
        /// The least severe level that is written. Default: info.
        public var level = LogLevel.info
        /// Whether every query is logged too. Default: no.
        public var queries = false

        public init() {}
    }

    /// The levels of swift-log by the same names: `Logger.Level(rawValue: level.rawValue)`.
    public enum LogLevel: String, Sendable, CaseIterable {
        case trace, debug, info, notice, warning, error, critical
    }
}
