/// Octets that wait to be written to a stream.
struct OctetQueue {
    private var octets: [UInt8] = []
    /// Of these, those at the front that were written.
    private var written = 0

    var count: Int { octets.count - written }
    var isEmpty: Bool { count == 0 }

    mutating func append(_ more: UnsafeBufferPointer<UInt8>) { unsafe octets.append(contentsOf: more) }

    /// Appends a message with its length in front (RFC 1035 §4.2.2).
    mutating func append(framed message: UnsafeBufferPointer<UInt8>) {
        octets.append(UInt8(truncatingIfNeeded: message.count >> 8))
        octets.append(UInt8(truncatingIfNeeded: message.count))
        unsafe append(message)
    }

    func withUnwritten<Result>(_ body: (UnsafeBufferPointer<UInt8>) -> Result) -> Result {
        unsafe octets.withUnsafeBufferPointer { unsafe body(UnsafeBufferPointer(rebasing: $0[written...])) }
    }

    mutating func advance(by count: Int) {
        written += min(max(0, count), self.count)
        guard written == octets.count else { return }
        removeAll()
    }

    mutating func removeAll() {
        octets.removeAll(keepingCapacity: octets.capacity <= Self.keptCapacity)
        written = 0
    }

    /// Thousands of connections must not keep what each needed once.
    private static let keptCapacity = 8_192
}
