import Glibc
import HomingConfiguration

/// What tells a file from the one that had its name before, without reading it.
struct FileMark: Hashable {
    private let device: UInt64
    private let inode: UInt64
    private let size: Int64
    private let mode: UInt32
    /// Of the last change of its content, owner or mode, in nanoseconds since 1970: a file that could not be read may be
    /// readable after it.
    private let changed: Int64

    /// Links are followed. Nil when there is no such file, or no way to it.
    init?(_ path: String) {
        var status = stat()
        guard unsafe stat(path, &status) == 0 else { return nil }
        device = UInt64(status.st_dev)
        inode = UInt64(status.st_ino)
        size = Int64(status.st_size)
        mode = UInt32(status.st_mode)
        changed = Int64(status.st_ctim.tv_sec) &* 1_000_000_000 &+ Int64(status.st_ctim.tv_nsec)
    }
}

extension CertificateFiles {
    /// The files as they are now, by path; one may hold both.
    var marks: [String: FileMark?] {
        var marks: [String: FileMark?] = [:]
        for path in [chain, key] { marks.updateValue(FileMark(path), forKey: path) }
        return marks
    }
}
