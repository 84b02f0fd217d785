extension ProxyHeader {
    /// How many octets more belong to a header that begins with `octets` and is not complete: a reader that takes no more
    /// leaves what follows to whom it is meant for.
    public static func missing(from octets: Span<UInt8>) -> Int {
        guard octets.count >= fixedLength else { return fixedLength - octets.count }
        let rest = Int(octets[fixedLength - 2]) << 8 | Int(octets[fixedLength - 1])
        return max(0, fixedLength + min(rest, longestRest) - octets.count)
    }
}
