/// Who says what a zone or a key is.
public enum ZoneOrigin: String, Sendable, Hashable, CaseIterable {
    /// The configuration file: it is as the file says at each start and reload.
    case configuration
    /// A command, or the API: it stays until another one.
    case command
}
