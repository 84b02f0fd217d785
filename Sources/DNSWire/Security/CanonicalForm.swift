/// The canonical form of names, in which they are signed (RFC 4034 §6.2).
extension DomainName {
    /// Appends the name to what is to be signed, its letters in lower case.
    public func appendCanonical(to octets: inout [UInt8]) {
        let start = octets.count
        octets += wire
        if isLowercase { return }
        var all = octets.mutableSpan
        for index in start..<all.count { all[index] = lowercased(all[index]) }
    }
}
