import Glibc

/// Files of the state directory.
enum StateFile {
    /// Writes a new file, readable by its owner alone, and puts it in the place of the old one, so that there is always a
    /// whole one, also after a crash.
    static func write(_ octets: [UInt8], to path: String) throws(SystemFailure) {
        let temporary = path + ".new"
        // What is there of a run that was cut short, or of somebody else, may be open to more readers than a key must have.
        _ = unsafe unlink(temporary)
        do throws(SystemFailure) {
            let file = try Descriptor(
                adopting: opened(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC))
            try write(octets, to: file)
            guard fsync(file.number) == 0 else { throw .last }
        } catch {
            _ = unsafe unlink(temporary)
            throw error
        }
        guard unsafe rename(temporary, path) == 0 else { throw .last }
        // The name, too, has to be on the disk.
        let directory = path.prefix(upTo: path.lastIndex(of: "/") ?? path.endIndex)
        let parent = try Descriptor(
            adopting: opened(String(directory), O_RDONLY | O_DIRECTORY | O_CLOEXEC))
        guard fsync(parent.number) == 0 else { throw .last }
    }

    /// Renames a file that cannot be used, for a person to look at.
    ///
    /// - Returns: what it is called now; nil when it could not be renamed.
    static func setAside(_ path: String) -> String? {
        let aside = path + ".damaged"
        return unsafe rename(path, aside) == 0 ? aside : nil
    }

    /// Whether there is anything of that name, as far as can be told.
    static func exists(_ path: String) -> Bool {
        unsafe access(path, F_OK) == 0 || errno != ENOENT
    }

    /// A descriptor, or a negative `errno`.
    private static func opened(_ path: String, _ flags: Int32) -> Int32 {
        let result = unsafe open(path, flags, 0o600)
        return result >= 0 ? result : -errno
    }

    private static func write(_ octets: [UInt8], to file: borrowing Descriptor) throws(SystemFailure) {
        var rest = octets[...]
        while !rest.isEmpty {
            let count = unsafe rest.withUnsafeBytes {
                unsafe Glibc.write(file.number, $0.baseAddress, $0.count)
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw count < 0 ? .last : SystemFailure(code: EIO) }
            rest = rest.dropFirst(count)
        }
    }
}
