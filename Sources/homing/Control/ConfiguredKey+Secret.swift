import DNSCrypto
import DNSWire
import DNSZones
import HomingConfiguration

extension ConfiguredKey {
    /// With its secret, which may stand in a file.
    func read() throws(Fault) -> TransactionKey {
        if let secret { return TransactionKey(name, algorithm, secret: secret) }
        if let secretFile {
            // Blanks and line ends around it are how files are, and no part of it.
            let words = String(decoding: try octets(of: secretFile, "a secret"), as: UTF8.self)
                .split(whereSeparator: \.isWhitespace)
            guard words.count == 1, let secret = BinaryText.octets(base64: words[0]), !secret.isEmpty else {
                throw Fault("\(secretFile) does not hold a secret in base64")
            }
            return TransactionKey(name, algorithm, secret: secret)
        }
        guard let file else { throw Fault("it has no secret") }
        let text = try octets(of: file, "keys")
        let keys: [TransactionKey]
        do throws(TextError) {
            keys = try KeyFile.keys(text, source: file)
        } catch {
            throw Fault("\(error)")
        }
        guard let key = keys.first(where: { $0.name == name }) else {
            let others = keys.map { "\($0.name)" }.joined(separator: ", ")
            throw Fault("\(file) has no key \(name)" + (others.isEmpty ? "" : ", but \(others)"))
        }
        return key
    }

    /// Why a key is of no use.
    struct Fault: Error, CustomStringConvertible {
        let description: String

        init(_ description: String) { self.description = description }
    }

    private func octets(of path: String, _ purpose: String) throws(Fault) -> [UInt8] {
        do throws(ConfiguredFile.Unreadable) {
            return try ConfiguredFile.octets(of: path, purpose: purpose, maximumSize: KeyFile.maximumLength)
        } catch {
            throw Fault(error.description)
        }
    }
}

extension DaemonSettings {
    /// The keys that the configuration gives.
    static func keys(_ configuration: Configuration, file: String, _ faults: inout [String])
        -> [TransactionKey]
    {
        var keys: [TransactionKey] = []
        for (index, key) in configuration.keys.enumerated() {
            do throws(ConfiguredKey.Fault) {
                keys.append(try key.read())
            } catch {
                faults.append("\(file): keys[\(index)] (\(key.name)): \(error)")
            }
        }
        return keys
    }
}
