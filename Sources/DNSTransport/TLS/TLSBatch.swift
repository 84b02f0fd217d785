/// Records that go out with one system call. A worker has one, for it writes to one connection after the other.
final class TLSBatch {
    /// A turn's answers to a busy client fit; more go out in several calls.
    private let buffer = MessageBuffer(capacity: 65_536)
    private(set) var count = 0

    /// False when there is no room left for it.
    func append(_ octets: UnsafeBufferPointer<UInt8>) -> Bool {
        guard let start = octets.baseAddress, octets.count > 0 else { return true }
        guard octets.count <= buffer.capacity - count,
            let room = unsafe buffer.slice(count..<count + octets.count).baseAddress
        else { return false }
        unsafe room.update(from: start, count: octets.count)
        count += octets.count
        return true
    }

    /// Hands over what was gathered, and is empty then.
    func take<Result>(_ body: (UnsafeBufferPointer<UInt8>) -> Result) -> Result {
        defer { count = 0 }
        return unsafe body(UnsafeBufferPointer(buffer.slice(0..<count)))
    }
}
