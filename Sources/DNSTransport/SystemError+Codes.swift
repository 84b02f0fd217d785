import Glibc

/// The `errno` values that this room looks at, in one place.
extension SystemError {
    static let noMemory = ENOMEM
    static let tooManyFiles = EMFILE
    static let addressInUse = EADDRINUSE
    static let inProgress = EINPROGRESS
    static let connectionReset = ECONNRESET
    static let connectionAborted = ECONNABORTED
    static let messageTooLong = EMSGSIZE
    static let noBufferSpace = ENOBUFS
    static let badMessage = EBADMSG
    static let invalid = EINVAL
    static let noRandomness = EIO
    static let cancelled = ECANCELED

    /// Nothing to read, or no room to write, on a non-blocking socket.
    static func meansWait(_ code: Int32) -> Bool { code == EAGAIN || code == EWOULDBLOCK }

    /// The kernel has no room for another datagram now.
    static func meansQueueFull(_ code: Int32) -> Bool {
        meansWait(code) || code == ENOBUFS || code == ENOMEM || code == 0
    }

    /// The process or the machine has run out of descriptors or memory.
    static func meansExhausted(_ code: Int32) -> Bool {
        code == EMFILE || code == ENFILE || code == ENOBUFS || code == ENOMEM
    }

    /// What the system calls the error.
    static func text(of code: Int32) -> String {
        guard let text = unsafe strerror(code) else { return "error \(code)" }
        return unsafe String(cString: text)
    }
}

extension SystemError: CustomStringConvertible {
    public var description: String { "\(Self.text(of: code)) (errno \(code))" }
}
