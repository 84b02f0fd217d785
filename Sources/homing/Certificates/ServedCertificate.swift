import Certificates
import DNSWire
import HomingConfiguration

/// A certificate that clients are shown, checked, and the octets of it for those who open connections.
struct ServedCertificate: Sendable {
    let chain: CertificateChain
    /// PEM: the server's certificate, followed by its issuers.
    let certificates: [UInt8]
    /// PEM: its private key, not encrypted.
    let key: [UInt8]
    /// Where it is from; nil for the one that Homing has made itself.
    let files: CertificateFiles?
    /// Its files as they were before they were read, by path.
    let marks: [String: FileMark?]
    /// Our own authority, which clients have to be told of; nil where others vouch for it.
    let authority: Certificate?

    var details: CertificateDetails { chain.details }

    /// Seconds before the end at which the operator is told; our own are renewed long before.
    static let warningTime: Int64 = 14 * 86_400

    /// Chains are some kilobytes.
    private static let maximumSize = 1 << 20

    /// - Throws: what is wrong with one of the files, its path in front.
    init(reading files: CertificateFiles) throws(ConfigurationFaults) {
        marks = files.marks
        let certificates = try Self.octets(files.chain, "a certificate chain")
        let key = try Self.octets(files.key, "a private key")
        do throws(CertificateFault) {
            chain = try CertificateChain(pem: certificates, key: key)
        } catch {
            throw ConfigurationFaults(lines: ["\(error.isOfKey ? files.key : files.chain): \(error)"])
        }
        self.certificates = certificates
        self.key = key
        self.files = files
        authority = nil
    }

    /// One of our own.
    init(_ chain: CertificateChain, issuedBy authority: CertificateAuthority) throws(CertificateFault) {
        self.chain = chain
        certificates = try chain.pem()
        key = try chain.key.pem()
        files = nil
        marks = [:]
        self.authority = authority.certificate
    }

    private static func octets(_ path: String, _ purpose: String) throws(ConfigurationFaults) -> [UInt8] {
        do {
            return try ConfiguredFile.octets(of: path, purpose: purpose, maximumSize: maximumSize)
        } catch {
            throw ConfigurationFaults(lines: [error.description])
        }
    }

    //--- For people ---

    /// The names and addresses that it is for.
    var subjects: String {
        let all = details.names + details.addresses.map(\.description)
        return all.isEmpty ? "no name at all" : all.joined(separator: ", ")
    }

    /// What the operator should know of it at that time; nil when all is well.
    func complaint(at wall: Int64) -> String? {
        switch details.validity(at: wall) {
        case .expired: return "it has expired on \(WallClock.text(details.notAfter)), and clients refuse it"
        case .notYet:
            return
                "it is not valid before \(WallClock.text(details.notBefore)), and clients refuse it until then"
        case .valid: break
        }
        if details.names.isEmpty, details.addresses.isEmpty {
            return "it is for no name and no address (subjectAltName), and clients refuse it"
        }
        guard details.notAfter - wall < Self.warningTime else { return nil }
        return "it expires on \(WallClock.text(details.notAfter))"
    }
}
