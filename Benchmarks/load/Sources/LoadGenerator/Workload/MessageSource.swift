/// Where messages to be sent come from.
enum MessageSource {
    case queries(QuerySource)
    case updates(UpdateSource)

    /// The number of the next message, by which it can be written.
    @inline(__always)
    func next() -> UInt64 {
        switch self {
        case .queries(let source): source.next()
        case .updates(let source): source.next()
        }
    }

    /// Writes a message to `buffer`; nil where it has no room.
    @inline(__always)
    func write(
        _ number: UInt64, id: UInt16, wall: Int64, to buffer: UnsafeMutableBufferPointer<UInt8>
    ) -> ComposedQuery? {
        switch self {
        case .queries(let source): unsafe source.write(number, id: id, to: buffer)
        case .updates(let source): unsafe source.write(number, id: id, wall: wall, to: buffer)
        }
    }
}
