import Foundation

/// A text file that the configuration names.
enum ConfiguredFile {
    struct Unreadable: Error, CustomStringConvertible {
        let description: String
    }

    /// - Parameters:
    ///   - purpose: what it would have to be, in a complaint that it is too long for that.
    ///   - maximumSize: octets.
    static func text(of path: String, purpose: String, maximumSize: Int) throws(Unreadable) -> String {
        do {
            let file = try FileHandle(forReadingFrom: URL(filePath: path))
            defer { try? file.close() }
            let data = try file.read(upToCount: maximumSize + 1) ?? Data()
            guard data.count <= maximumSize else {
                throw Unreadable(description: "\(path) is too long for \(purpose)")
            }
            return String(decoding: data, as: UTF8.self)
        } catch let unreadable as Unreadable {
            throw unreadable
        } catch {
            let reason =
                switch (error as? CocoaError)?.code {
                case .fileReadNoSuchFile, .fileNoSuchFile: "no such file"
                case .fileReadNoPermission: "permission denied"
                default: error.localizedDescription
                }
            throw Unreadable(description: "\(path) cannot be read: \(reason)")
        }
    }
}
