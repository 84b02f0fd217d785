import ArgumentParser
import DNSCrypto
import DNSWire
import DNSZones
import Foundation
import LoadGenerator

/// Dynamic updates instead of queries.
struct UpdateOptions: ParsableArguments {
    @Option(
        help:
            "Send updates (RFC 2136) to this zone, each of which gives another address to one of --names hosts (1000)."
    )
    var updateZone: DomainName?

    @Option(help: "Sign them (TSIG) with this key: NAME:ALGORITHM:SECRET, the secret in base64.")
    var key: String?

    @Option(
        help:
            "The same with the key of a file as tsig-keygen makes it, which other users of this machine cannot read.",
        completion: .file())
    var keyFile: String?

    private static let usualHosts = 1_000

    func check(_ transport: LoadTransport) throws {
        guard updateZone != nil || (key == nil && keyFile == nil) else {
            throw ValidationError("--key and --key-file go with --update-zone.")
        }
        guard key == nil || keyFile == nil else {
            throw ValidationError("Either --key or --key-file, not both.")
        }
        guard updateZone == nil || !transport.isHTTP else {
            throw ValidationError("Updates go over udp, tcp and dot; RFC 8484 is about queries.")
        }
        _ = try signingKey()
    }

    /// - Parameter names: how many hosts there are.
    func work(names: Int?) throws -> UpdateWork? {
        try updateZone.map {
            UpdateWork(zone: $0, key: try signingKey(), hostCount: names ?? Self.usualHosts)
        }
    }

    func signingKey() throws -> TransactionKey? {
        if let keyFile { return try firstKey(of: keyFile) }
        guard let key else { return nil }
        let parts = key.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 3 else { throw ValidationError("--key is NAME:ALGORITHM:SECRET.") }
        guard let name = try? DomainName(String(parts[0])) else {
            throw ValidationError("The key's name, \"\(parts[0])\", is not a domain name.")
        }
        guard let algorithm = AuthenticationAlgorithm(text: parts[1]) else {
            let known = AuthenticationAlgorithm.allCases.map(\.rawValue).joined(separator: ", ")
            throw ValidationError("\"\(parts[1])\" is no algorithm of keys; there are \(known).")
        }
        guard let secret = BinaryText.octets(base64: parts[2]), !secret.isEmpty else {
            throw ValidationError("The key's secret is not base64.")
        }
        return TransactionKey(name, algorithm, secret: secret)
    }

    private func firstKey(of path: String) throws -> TransactionKey {
        let text: Data
        do {
            text = try Data(contentsOf: URL(fileURLWithPath: path))
        } catch {
            throw ValidationError("\(path) cannot be read: \(error.localizedDescription)")
        }
        let keys: [TransactionKey]
        do throws(TextError) {
            keys = try KeyFile.keys(Array(text), source: path)
        } catch {
            throw ValidationError("\(error)")
        }
        guard let key = keys.first else { throw ValidationError("\(path) has no key.") }
        return key
    }
}
