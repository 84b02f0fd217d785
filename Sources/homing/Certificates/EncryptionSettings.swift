import DNSServer
import DNSWire
import HomingConfiguration

/// What the sections `listen`, `tls`, `https` and `discovery` mean for those who encrypt.
struct EncryptionSettings: Sendable {
    /// Over TLS, DNS itself or in HTTP.
    let tls: [SocketAddress]
    let https: [SocketAddress]
    let identity: ResolverIdentity
    /// As configured; without any, Homing makes its own.
    let certificates: [ServedCertificate]
    /// Where our own is kept.
    let stateDirectory: String

    /// Whether anything is listened on that needs a certificate.
    var isNeeded: Bool { !tls.isEmpty || !https.isEmpty }

    /// Whether the state directory is written to.
    var makesOwn: Bool { isNeeded && certificates.isEmpty }

    /// - Parameter file: its name in messages; what is wrong with other files is added to `faults`.
    init(_ configuration: Configuration, machine: Machine, file: String, _ faults: inout [String]) {
        tls = configuration.listen.tls
        https = configuration.listen.https
        stateDirectory = configuration.process.stateDirectory
        identity = ResolverIdentity(configuration, machine: machine)
        var certificates: [ServedCertificate] = []
        for (index, files) in configuration.tls.certificates.enumerated() {
            do throws(ConfigurationFaults) {
                certificates.append(try ServedCertificate(reading: files))
            } catch {
                faults += error.lines.map { "\(file): tls.certificates[\(index)]: \($0)" }
            }
        }
        self.certificates = certificates
    }

    /// What clients in cleartext are told (RFC 9462).
    func designation(_ configuration: Configuration) -> DesignatedResolver {
        var designation = DesignatedResolver()
        designation.names = identity.names
        designation.addresses = configuration.tls.addresses
        designation.endpoints = endpoints(path: configuration.https.path)
        return designation
    }

    /// What is listened for, and where.
    func endpoints(path: String) -> [DesignatedResolver.Endpoint] {
        tls.map { .init(.tls, at: $0) } + https.map { .init(.https(path: path), at: $0) }
    }
}
