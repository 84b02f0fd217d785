import DNSValidation
import HomingConfiguration

/// Keeps what was learned of trust anchors in a file, so that it outlasts a restart.
struct TrustAnchorStore: Sendable {
    let directory: String

    private var path: String { directory + "/" + Self.name }

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
        guard StateFile.exists(path) else { return .nothing }
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
        guard case .damaged(let reason) = found, let aside = StateFile.setAside(path) else { return found }
        return .damaged("\(reason); it is now \(aside)")
    }

    func save(_ contents: TrustPointText.Contents) throws(SystemFailure) {
        try StateFile.write(Array(TrustPointText.compose(contents).utf8), to: path)
    }
}
