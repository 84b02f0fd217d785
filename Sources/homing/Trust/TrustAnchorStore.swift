import DNSValidation
import Glibc
import HomingConfiguration

/// Keeps what was learned of trust anchors in a file, so that it outlasts a restart.
struct TrustAnchorStore: Sendable {
    let directory: String

    private var path: String { directory + "/" + Self.name }
    private var damagedPath: String { path + ".damaged" }

    private static let name = "trust-anchors"
    /// 32 keys of 4,096 bits for each of some hundred zones.
    private static let maximumSize = 4 << 20

    enum Found {
        case nothing
        case contents(TrustPointText.Contents)
        /// It cannot be read: why, for a person.
        case unreadable(String)
        /// It can be read, but not understood.
        case damaged(String)
    }

    /// What an earlier run has left.
    func look() -> Found {
        guard unsafe access(path, F_OK) == 0 || errno != ENOENT else { return .nothing }
        let text: String
        do {
            text = try ConfiguredFile.text(
                of: path, purpose: "trust anchors", maximumSize: Self.maximumSize)
        } catch {
            return .unreadable(error.description)
        }
        do {
            return .contents(try TrustPointText.parse(text))
        } catch {
            return .damaged("\(path):\(error.line): \(error.reason)")
        }
    }

    /// The same for who is about to write a new one: a damaged file is set aside, for a person to look at.
    func load() -> Found {
        let found = look()
        guard case .damaged(let reason) = found, unsafe rename(path, damagedPath) == 0 else { return found }
        return .damaged("\(reason); it is now \(damagedPath)")
    }

    /// Writes a new file and puts it in the place of the old one, so that there is always a whole one, also after a
    /// crash.
    func save(_ contents: TrustPointText.Contents) throws(SystemFailure) {
        let temporary = path + ".new"
        do throws(SystemFailure) {
            let file = try Descriptor(
                adopting: Self.opened(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW))
            try Self.write(Array(TrustPointText.compose(contents).utf8), to: file)
            guard fsync(file.number) == 0 else { throw .last }
        } catch {
            _ = unsafe unlink(temporary)
            throw error
        }
        guard unsafe rename(temporary, path) == 0 else { throw .last }
        // The name, too, has to be on the disk.
        let parent = try Descriptor(adopting: Self.opened(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC))
        guard fsync(parent.number) == 0 else { throw .last }
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
