import Glibc

/// A system call that failed: a positive `errno` value.
struct SystemFailure: Error, Hashable {
    var code: Int32

    init(code: Int32) { self.code = code }

    /// The failure that the last C call of this thread left in `errno`.
    static var last: SystemFailure { SystemFailure(code: errno) }
}

extension SystemFailure: CustomStringConvertible {
    var description: String {
        guard let text = unsafe strerror(code) else { return "error \(code)" }
        return unsafe String(cString: text)
    }
}
