import DNSWire
import DNSZones
import Foundation
import Glibc

/// Zone files where they are.
extension ZoneFile {
    /// Octets that are read at a time.
    private static let piece = 256 << 10

    /// Reads and checks a zone file, with the files that it includes; their paths are relative to the file that names them.
    ///
    /// - Parameters:
    ///   - path: `-` is standard input.
    ///   - progress: called now and then with the octets read of the file itself.
    static func load(
        path: String, apex: DomainName, progress: @escaping (Int) -> Void = { _ in }
    ) -> (tree: ZoneTree, problems: [ZoneProblem]) {
        var count = 0
        do {
            let source = try source(path) { octets in
                count += octets
                progress(count)
            }
            return load(source: source, apex: apex) { path, includer in
                let directory = URL(filePath: includer).deletingLastPathComponent()
                return try Self.source(URL(filePath: path, relativeTo: directory).path) { _ in }
            }
        } catch {
            // As the reader says it of a file that is included.
            let missing = MasterFileSource(name: path) { throw error }
            return load(source: missing, apex: apex)
        }
    }

    private static func source(
        _ path: String, progress: @escaping (Int) -> Void
    ) throws(SystemFailure) -> MasterFileSource {
        let isInput = path == "-"
        let file = try OpenFile(isInput ? STDIN_FILENO : unsafe open(path, O_RDONLY | O_CLOEXEC))
        return MasterFileSource(name: isInput ? "standard input" : path) {
            let octets = try file.read(upTo: piece)
            progress(octets.count)
            return octets.isEmpty ? nil : octets
        }
    }

    // --- For commands ---

    /// What a file makes of a zone, as a text that is complete in itself. Warnings are said on standard error; so is how far it
    /// is with a file that takes long.
    ///
    /// - Throws: the errors in the file.
    static func text(path: String, apex: DomainName) throws(AdministrationFault) -> [UInt8] {
        let size = (try? FileManager.default.attributesOfItem(atPath: path)[.size] as? Int) ?? 0
        var shown = 0
        let (tree, problems) = load(path: path, apex: apex) { count in
            guard size > largeFile, count - shown >= size / 100 else { return }
            shown = count
            StandardError.progress("\(path): \(min(100, count * 100 / size)) %")
        }
        StandardError.endProgress()
        let errors = problems.filter { $0.severity == .error }
        guard errors.isEmpty, let version = ZoneVersion(apex: apex, tree: tree) else {
            throw AdministrationFault(kind: .mistake, lines: problems.map(\.description))
        }
        for problem in problems { StandardError.write("\(problem)") }
        return pieces(of: version).reduce(into: []) { $0 += $1.utf8 }
    }

    /// Octets of a file that takes a moment to read.
    private static let largeFile = 4 << 20
}

/// A file that is read from its start to its end.
private final class OpenFile {
    private let descriptor: Descriptor

    /// Takes over the result of `open`.
    init(_ number: Int32) throws(SystemFailure) {
        descriptor = try Descriptor(adopting: number >= 0 ? number : -errno)
    }

    /// The next octets; none at the end.
    func read(upTo count: Int) throws(SystemFailure) -> [UInt8] {
        var failure: SystemFailure?
        let octets = unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, initialised in
            var result = 0
            repeat {
                result = unsafe Glibc.read(descriptor.number, buffer.baseAddress, count)
            } while result < 0 && errno == EINTR
            if result < 0 { failure = .last }
            initialised = max(0, result)
        }
        if let failure { throw failure }
        return octets
    }
}
