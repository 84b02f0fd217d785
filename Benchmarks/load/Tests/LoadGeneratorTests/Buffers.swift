@testable import LoadGenerator

/// Has something written to a buffer: its octets, and what was said of them.
func written<Result>(
    capacity: Int = 1_024, _ body: (UnsafeMutableBufferPointer<UInt8>) -> Result
) -> (octets: [UInt8], result: Result) {
    var octets = Array(repeating: UInt8(0), count: capacity)
    let result = unsafe octets.withUnsafeMutableBufferPointer { unsafe body($0) }
    return (octets, result)
}

/// What `source` writes as message `number`; nil where it has no room.
func message(
    _ source: QuerySource, _ number: UInt64, id: UInt16 = 0, capacity: Int = 1_024
) -> (octets: [UInt8], query: ComposedQuery)? {
    let (octets, query) = unsafe written(capacity: capacity) { unsafe source.write(number, id: id, to: $0) }
    return query.map { (Array(octets.prefix($0.count)), $0) }
}

extension Exchanges {
    /// Begins a query: its place and octets.
    func begun(connection: Int = 0) -> (place: Int, octets: [UInt8])? {
        let (octets, query) = unsafe written { unsafe begin(connection: connection, into: $0) }
        return query.map { ($0.place, Array(octets.prefix($0.count))) }
    }

    func received(_ message: [UInt8], connection: Int = 0) -> Bool {
        unsafe message.withUnsafeBufferPointer { unsafe receive($0, connection: connection) }
    }
}
