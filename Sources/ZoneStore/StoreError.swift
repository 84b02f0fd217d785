/// Why the state database could not be opened, read or written.
public struct StoreError: Error, Equatable, Sendable {
    public var reason: String

    public init(_ reason: String) { self.reason = reason }
}

extension StoreError: CustomStringConvertible {
    public var description: String { reason }
}
