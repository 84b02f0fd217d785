/// Who may change what in a zone. By default nobody may.
public struct UpdatePolicy: Sendable, Hashable {
    public init() {}
}
