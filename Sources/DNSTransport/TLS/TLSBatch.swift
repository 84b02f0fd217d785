/// Records that go out with one system call. A worker has one, for it writes to one connection after the other.
final class TLSBatch {
    /// A turn's answers to a busy client fit; more go out in several calls.
    private let buffer = MessageBuffer(capacity: 65_536)
    private(set) var count = 0

    /// False when there is no room left for it.
    func append(_ start: UnsafePointer<UInt8>, _ length: Int) -> Bool {
        guard length <= buffer.capacity - count,
            let room = unsafe buffer.slice(count..<count + length).baseAddress
        else { return false }
        unsafe room.update(from: start, count: length)
        count += length
        return true
    }

    /// Hands over what was gathered, and is empty then.
    func take<Result>(_ body: (UnsafeBufferPointer<UInt8>) -> Result) -> Result {
        defer { count = 0 }
        return unsafe body(UnsafeBufferPointer(buffer.slice(0..<count)))
    }
}
