import CLinux

/// The one owner of an open file descriptor, which closes it.
struct FileDescriptor: ~Copyable, Sendable {
    let number: Int32

    /// Takes over the result of a system call: a descriptor, or a negative `errno`.
    init(adopting result: Int32) throws(SystemError) {
        guard result >= 0 else { throw SystemError(code: -result) }
        number = result
    }

    deinit {
        // Nothing can be done about an error: the number is free either way on Linux.
        _ = clinux_close(number)
    }

    func set(_ option: clinux_option, _ value: Int) throws(SystemError) {
        try SystemError.check(clinux_set_option(number, Int32(option.rawValue), Int32(clamping: value)))
    }
}

/// What came of reading from or writing to a non-blocking socket.
enum SocketResult {
    /// So many octets, at least 1.
    case octets(Int)
    /// Nothing to read, or no room to write, for now.
    case nothing
    /// A stream's peer sends no more. A datagram may be empty, too.
    case end
    /// A positive `errno`.
    case failed(Int32)

    /// Of octets, how many; otherwise none.
    var count: Int { if case .octets(let count) = self { count } else { 0 } }

    fileprivate init(_ result: Int64) {
        if result > 0 {
            self = .octets(Int(result))
        } else if result == 0 {
            self = .end
        } else if SystemError.meansWait(Int32(truncatingIfNeeded: -result)) {
            self = .nothing
        } else {
            self = .failed(Int32(truncatingIfNeeded: -result))
        }
    }
}

extension FileDescriptor {
    func receive(into buffer: UnsafeMutableBufferPointer<UInt8>) -> SocketResult {
        guard let start = buffer.baseAddress, buffer.count > 0 else { return .nothing }
        return SocketResult(unsafe clinux_receive(number, start, buffer.count))
    }

    /// The same, and who sent it.
    func receive(into buffer: UnsafeMutableBufferPointer<UInt8>, from peer: inout clinux_address)
        -> SocketResult
    {
        guard let start = buffer.baseAddress, buffer.count > 0 else { return .nothing }
        return SocketResult(unsafe clinux_receive_from(number, start, buffer.count, &peer))
    }

    /// How many octets could be read, which are copied to `buffer` and stay where they are; 0 at the end and on failure.
    func peek(into buffer: UnsafeMutableBufferPointer<UInt8>) -> Int {
        guard let start = buffer.baseAddress, buffer.count > 0 else { return 0 }
        return unsafe Int(max(0, clinux_peek(number, start, buffer.count)))
    }

    func send(_ octets: UnsafeBufferPointer<UInt8>) -> SocketResult {
        guard let start = octets.baseAddress, octets.count > 0 else { return .nothing }
        return SocketResult(unsafe clinux_send(number, start, octets.count))
    }
}

/// A system call that failed: an `errno` value, positive.
public struct SystemError: Error, Sendable, Hashable {
    public var code: Int32

    public init(code: Int32) { self.code = code }

    /// Turns the result of a shim (negative `errno` on failure) into a value or a throw.
    @discardableResult
    static func check(_ result: Int32) throws(SystemError) -> Int32 {
        guard result >= 0 else { throw SystemError(code: -result) }
        return result
    }
}
