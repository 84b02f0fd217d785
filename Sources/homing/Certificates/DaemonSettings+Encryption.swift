import Certificates
import DNSWire
import HomingConfiguration

extension DaemonSettings {
    /// What is encrypted and with which certificate, a line each, for `homing check`.
    ///
    /// - Parameter wall: seconds since 1970.
    func encryptionSummary(at wall: Int64) -> [String] {
        func list(_ addresses: [SocketAddress]) -> String {
            addresses.map(\.description).joined(separator: ", ")
        }
        let listen = configuration.listen
        var lines: [String] = []
        if !listen.tls.isEmpty { lines.append("listens on \(list(listen.tls)) for DNS over TLS") }
        if !listen.https.isEmpty {
            lines.append(
                "listens on \(list(listen.https)) for DNS over HTTPS, path \(configuration.https.path)")
        }
        if !listen.http.isEmpty {
            lines.append("listens on \(list(listen.http)) for DNS over HTTP, not encrypted")
        }
        guard encryption.isNeeded else { return lines }
        if encryption.makesOwn {
            lines += ownCertificateSummary(at: wall)
        } else {
            lines += encryption.certificates.flatMap { Self.text(of: $0, at: wall) }
        }
        if configuration.discovery.ddr {
            let name = encryption.identity.names.first.map(ResolverIdentity.text)
            lines.append(
                name.map { "tells clients in cleartext that \($0) is encrypted (DDR)" }
                    ?? "cannot tell clients that it is encrypted (DDR): it has no name; set tls.names")
        }
        return lines
    }

    private func ownCertificateSummary(at wall: Int64) -> [String] {
        let store = OwnCertificateStore(directory: encryption.stateDirectory)
        let names = encryption.identity.certificateNames.map(ResolverIdentity.text)
        let subjects = (names + encryption.identity.addresses.map(\.description)).joined(separator: ", ")
        do throws(ConfigurationFaults) {
            guard let own = try store.look() else {
                return [
                    "makes itself an authority and a certificate for \(subjects) in \(store.directory) at its start",
                    "has clients trust \(store.authorityPath) then: see \"homing certificate\"",
                ]
            }
            let details = own.server.details
            return [
                "shows a certificate of its own for \(subjects), until \(WallClock.text(details.notAfter)); pin "
                    + details.pin,
                "has clients trust \(store.authorityPath), until "
                    + "\(WallClock.text(own.authority.details.notAfter)): see \"homing certificate\"",
            ]
        } catch {
            return error.lines.map { "WARNING: its own certificate: \($0)" }
        }
    }

    private static func text(of certificate: ServedCertificate, at wall: Int64) -> [String] {
        let details = certificate.details
        var lines = [
            "shows a certificate for \(certificate.subjects), until \(WallClock.text(details.notAfter)), issued by "
                + "\(details.issuer); pin \(details.pin)"
        ]
        if let complaint = certificate.complaint(at: wall) {
            lines.append("WARNING: the certificate for \(certificate.subjects): \(complaint)")
        }
        return lines
    }
}
