/// What came of reading from a connection or writing to it.
enum TransferResult: Equatable {
    /// So many octets, at least 1.
    case octets(Int)
    /// Nothing to read, or no room to write, for now.
    case nothing
    /// The server sends no more, or the connection is broken.
    case ended
}
