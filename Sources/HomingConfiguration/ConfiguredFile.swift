import Foundation

/// A file that the operator names: the configuration itself, or one that it mentions.
public enum ConfiguredFile {
    public struct Unreadable: Error, CustomStringConvertible {
        public let path: String
        /// For a person, to be put behind the path: "cannot be read: no such file".
        public let reason: String

        public var description: String { "\(path) \(reason)" }
    }

    /// The text of a file.
    ///
    /// - Parameters:
    ///   - purpose: what it would have to be, in a complaint that it is too long for that.
    ///   - maximumSize: octets.
    public static func text(
        of path: String, purpose: String, maximumSize: Int
    ) throws(Unreadable) -> String {
        let octets = try octets(of: path, purpose: purpose, maximumSize: maximumSize)
        return String(decoding: octets, as: UTF8.self)
    }

    /// The octets of a file, which need not be text.
    public static func octets(
        of path: String, purpose: String, maximumSize: Int
    ) throws(Unreadable) -> [UInt8] {
        let octets = try start(of: path, upTo: maximumSize + 1)
        guard octets.count <= maximumSize else {
            throw Unreadable(path: path, reason: "is too long for \(purpose)")
        }
        return octets
    }

    /// The first octets of a file, and no more than `count`: enough to see that it is too large.
    static func start(of path: String, upTo count: Int) throws(Unreadable) -> [UInt8] {
        do {
            let file = try FileHandle(forReadingFrom: URL(filePath: path))
            defer { try? file.close() }
            return Array(try file.read(upToCount: count) ?? Data())
        } catch {
            let reason =
                switch (error as? CocoaError)?.code {
                case .fileReadNoSuchFile, .fileNoSuchFile: "no such file"
                case .fileReadNoPermission: "permission denied"
                default: error.localizedDescription
                }
            throw Unreadable(path: path, reason: "cannot be read: \(reason)")
        }
    }
}
