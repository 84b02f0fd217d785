import CLinux

/// The one owner of an open file descriptor, which closes it.
struct Descriptor: ~Copyable {
    let number: Int32

    /// Takes over the result of a system call: a descriptor, or a negative `errno`.
    init(adopting result: Int32) throws(SystemFailure) {
        guard result >= 0 else { throw SystemFailure(code: -result) }
        number = result
    }

    deinit {
        // The number is free on Linux whatever close says.
        _ = clinux_close(number)
    }
}
