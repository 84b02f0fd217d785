import Certificates
import DNSWire
import Foundation
import HomingConfiguration

/// What clients are shown, for people and programs.
struct CertificateReport {
    let settings: DaemonSettings
    let certificates: [ServedCertificate]
    let wall: Int64

    /// - Throws: why nothing can be said: what is wrong, and what to do.
    init(_ settings: DaemonSettings, at wall: Int64) throws(ConfigurationFaults) {
        guard settings.encryption.isNeeded else {
            throw ConfigurationFaults(lines: [
                "nothing is encrypted: set listen.tls or listen.https, and clients are shown a certificate"
            ])
        }
        self.settings = settings
        self.wall = wall
        guard settings.encryption.makesOwn else {
            certificates = settings.encryption.certificates
            return
        }
        let directory = settings.encryption.stateDirectory
        let own = try OwnCertificateStore(directory: directory).look()
        guard let own else {
            throw ConfigurationFaults(lines: [
                "there is no certificate in \(directory) yet: \"homing serve\" makes it when it starts"
            ])
        }
        do throws(CertificateFault) {
            certificates = [try own.served()]
        } catch {
            throw ConfigurationFaults(lines: ["\(error)"])
        }
    }

    var stamps: [DaemonSettings.Stamp] { settings.stamps(authority: authority) }

    /// The authority that clients have to be told of; nil where they know it already.
    var authority: Certificate? { certificates.first?.authority }

    //--- For people ---

    var text: String {
        var lines: [String] = []
        for certificate in certificates {
            let details = certificate.details
            lines.append("Certificate for \(certificate.subjects)")
            if let files = certificate.files {
                lines.append("  file         \(files.chain)")
            } else {
                lines.append("  file         \(store.directory)/tls-server.pem, made by Homing")
            }
            lines.append("  subject      \(details.subject)")
            lines.append("  issuer       \(details.issuer)")
            lines.append("  valid        \(validity(details))")
            lines.append("  serial       \(details.serial)")
            lines.append("  key          \(details.key)")
            lines.append("  pin          \(details.pin)")
            lines.append("  fingerprint  \(details.fingerprint)")
            if let complaint = certificate.complaint(at: wall) { lines.append("  WARNING      \(complaint)") }
            lines.append("")
        }
        lines += trust
        lines.append("")
        lines.append("Stamps for clients that take them:")
        lines += stamps.map { "  \($0.transport) \($0.address)  \($0.stamp)" }
        return lines.joined(separator: "\n")
    }

    private var store: OwnCertificateStore {
        OwnCertificateStore(directory: settings.encryption.stateDirectory)
    }

    private func validity(_ details: CertificateDetails) -> String {
        let days = max(0, details.notAfter - wall) / 86_400
        return "\(WallClock.text(details.notBefore)) to \(WallClock.text(details.notAfter)), "
            + "\(days) day\(days == 1 ? "" : "s") left"
    }

    private var trust: [String] {
        guard let authority else {
            return [
                "Clients trust it when they trust its issuer, and ask for one of its names;",
                "those that take pins take the one above.",
            ]
        }
        return [
            "Clients have to be told to trust its authority,",
            "  \(CertificateDetails(authority).subject), fingerprint \(CertificateDetails(authority).fingerprint):",
            "  the file \(store.authorityPath), printed by --ca;",
            "  on Apple's systems, the profile printed by --apple-profile has it;",
            "those that take pins take the one above, which stays when the certificate is renewed.",
        ]
    }

    //--- For programs ---

    private struct Document: Encodable {
        struct Entry: Encodable {
            let names: [String]
            let addresses: [String]
            let subject: String
            let issuer: String
            let notBefore: Int64
            let notAfter: Int64
            let serial: String
            let key: String
            let pin: String
            let fingerprint: String
            let chainFile: String?
            let ownAuthorityFile: String?
            let warning: String?
        }

        let certificates: [Entry]
        let stamps: [DaemonSettings.Stamp]
    }

    var json: String {
        let entries = certificates.map { certificate in
            let details = certificate.details
            return Document.Entry(
                names: details.names, addresses: details.addresses.map(\.description),
                subject: details.subject, issuer: details.issuer, notBefore: details.notBefore,
                notAfter: details.notAfter, serial: details.serial, key: details.key, pin: details.pin,
                fingerprint: details.fingerprint, chainFile: certificate.files?.chain,
                ownAuthorityFile: certificate.authority.map { _ in store.authorityPath },
                warning: certificate.complaint(at: wall))
        }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        // Plain texts and numbers cannot fail to be encoded.
        guard let data = try? encoder.encode(Document(certificates: entries, stamps: stamps)) else {
            return "{}"
        }
        return String(decoding: data, as: UTF8.self)
    }

    //--- Apple ---

    /// - Throws: what is missing for a profile of that kind.
    func appleProfile(_ transport: AppleTransport) throws(ConfigurationFaults) -> String {
        let kind: AppleProfile.Transport
        switch transport {
        case .tls:
            guard !settings.encryption.tls.isEmpty else {
                throw ConfigurationFaults(lines: ["DNS over TLS is not listened for: set listen.tls"])
            }
            // The profile has no place for another port.
            guard settings.encryption.tls.contains(where: { $0.port == 853 }) else {
                throw ConfigurationFaults(lines: [
                    "Apple's systems use DNS over TLS on port 853 only: listen there, or take the profile for https"
                ])
            }
            kind = .tls
        case .https:
            guard let url = settings.serviceURL else {
                throw ConfigurationFaults(lines: ["DNS over HTTPS is not listened for: set listen.https"])
            }
            kind = .https(url: url)
        }
        let identity = settings.encryption.identity
        let profile = AppleProfile(
            kind, serverName: identity.serverName, addresses: identity.addresses.filter { !$0.isLoopback },
            authority: authority?.der)
        return profile.text
    }

    enum AppleTransport: String, CaseIterable {
        case tls, https
    }
}
