/// Who says what a zone or a key is.
public enum ZoneOrigin: String, Sendable, Hashable, CaseIterable {
    /// The configuration file: it is as the file says at each start and reload.
    case configuration
    /// A command, or the API: it stays until another one.
    case command
}

/// What a secondary zone knows of its primary, kept so that a restart neither forgets an expiry nor transfers again.
public struct SecondaryState: Sendable, Hashable {
    /// When the primary was last heard to be at our serial, in seconds since 1970.
    public var refreshed: Int64
    /// From when on the zone must not be answered from (RFC 1035 §3.3.13), unless the primary is heard before.
    public var expiry: Int64

    public init(refreshed: Int64, expiry: Int64) {
        self.refreshed = refreshed
        self.expiry = expiry
    }
}
