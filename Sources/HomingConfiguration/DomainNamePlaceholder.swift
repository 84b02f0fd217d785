/// Stands in for `DNSWire.DomainName` until that is in main; to be deleted then.
public struct DomainName: Hashable, Sendable, CustomStringConvertible {
    public enum TextError: Error { case empty, emptyLabel }
    public let description: String

    public init(_ text: String) throws(TextError) {
        guard !text.isEmpty else { throw .empty }
        if text != ".", text.hasPrefix(".") || text.contains("..") { throw .emptyLabel }
        description = text.lowercased() + (text.hasSuffix(".") ? "" : ".")
    }
}
