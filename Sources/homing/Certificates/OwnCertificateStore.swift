import Certificates
import DNSWire
import Glibc
import HomingConfiguration

/// The authority and the certificate that Homing makes itself, in the state directory.
///
/// The authority and both keys are kept for good, so that what clients were told to trust stays true; the certificate is
/// renewed in time.
struct OwnCertificateStore: Sendable {
    let directory: String

    /// What clients have to trust.
    var authorityPath: String { directory + "/tls-authority.pem" }
    private var authorityKeyPath: String { directory + "/tls-authority.key" }
    private var serverPath: String { directory + "/tls-server.pem" }
    private var serverKeyPath: String { directory + "/tls-server.key" }

    /// No file of ours is this long.
    private static let maximumSize = 1 << 16

    /// What happened while a certificate was looked for, for the log.
    enum News: Hashable {
        case madeAuthority
        case madeCertificate
        /// A file of an earlier run cannot be used: its path, and why.
        case unusable(String, String)
        /// What was made is lost at the next start.
        case notSaved(String)
    }

    struct Contents: Sendable {
        let authority: CertificateAuthority
        let server: CertificateChain

        func served() throws(CertificateFault) -> ServedCertificate {
            try ServedCertificate(server, issuedBy: authority)
        }
    }

    //--- Looking ---

    /// What is there, without a change to it; nil where something is missing.
    ///
    /// - Throws: why a file cannot be used.
    func look() throws(ConfigurationFaults) -> Contents? {
        for path in [authorityPath, authorityKeyPath, serverPath, serverKeyPath] where !StateFile.exists(path)
        {
            return nil
        }
        do throws(Fault) {
            return Contents(authority: try readAuthority(), server: try readServer())
        } catch {
            throw ConfigurationFaults(lines: [error.reason])
        }
    }

    /// Why files of an earlier run are of no use.
    private enum Fault: Error {
        /// They may be good; whoever may read them knows.
        case unreadable(String)
        case damaged(String)

        var reason: String {
            switch self {
            case .unreadable(let reason), .damaged(let reason): reason
            }
        }
    }

    private func readAuthority() throws(Fault) -> CertificateAuthority {
        let (certificate, key) = (try octets(authorityPath), try octets(authorityKeyPath))
        do throws(CertificateFault) {
            return try CertificateAuthority(pem: certificate, key: key)
        } catch {
            throw .damaged("\(error.isOfKey ? authorityKeyPath : authorityPath): \(error)")
        }
    }

    private func readServer() throws(Fault) -> CertificateChain {
        let (certificates, key) = (try octets(serverPath), try octets(serverKeyPath))
        do throws(CertificateFault) {
            return try CertificateChain(pem: certificates, key: key)
        } catch {
            throw .damaged("\(error.isOfKey ? serverKeyPath : serverPath): \(error)")
        }
    }

    private func readServerKey() throws(Fault) -> PrivateKey {
        let octets = try octets(serverKeyPath)
        do throws(CertificateFault) {
            return try PrivateKey(pem: octets)
        } catch {
            throw .damaged("\(serverKeyPath): \(error)")
        }
    }

    private func octets(_ path: String) throws(Fault) -> [UInt8] {
        guard StateFile.exists(path) else { throw .damaged("\(path) is missing") }
        do {
            return try ConfiguredFile.octets(
                of: path, purpose: "a certificate of ours", maximumSize: Self.maximumSize)
        } catch {
            throw .unreadable(error.description)
        }
    }

    //--- Making ---

    /// The certificate for `identity`: the one of an earlier run while it will do, otherwise a new one.
    ///
    /// - Parameters:
    ///   - current: what is served now, so that nothing is read again each time.
    ///   - wall: seconds since 1970. A clock that shows less than any right one does is taken to show the least of them:
    ///     what is made then should not have ended when the clock is set.
    /// - Throws: why none can be had: files that may not be read, rather than being replaced.
    func obtain(
        for identity: ResolverIdentity, current: Contents?, at wall: Int64
    ) throws(ConfigurationFaults) -> (contents: Contents, news: [News]) {
        let wall = max(wall, WallClock.earliest)
        if let current, isGood(current, for: identity, at: wall) { return (current, []) }
        _ = unsafe mkdir(directory, 0o700)
        do {
            return try make(for: identity, current, at: wall)
        } catch let fault as Fault {
            throw ConfigurationFaults(lines: [fault.reason])
        } catch {
            throw ConfigurationFaults(lines: ["no certificate can be made: \(error)"])
        }
    }

    private func make(
        for identity: ResolverIdentity, _ current: Contents?, at wall: Int64
    ) throws -> (contents: Contents, news: [News]) {
        var news: [News] = []
        let authority = try current?.authority.usable(at: wall) ?? self.authority(at: wall, &news)
        let found = try current?.server ?? server(&news)
        if let found {
            let contents = Contents(authority: authority, server: found)
            if isGood(contents, for: identity, at: wall) { return (contents, news) }
        }
        let key = try found?.key ?? serverKey(&news)
        let server = try authority.issue(
            names: identity.certificateNames, addresses: identity.addresses, key: key, at: wall)
        news.append(.madeCertificate)
        save(try server.pem(), to: serverPath, &news)
        return (Contents(authority: authority, server: server), news)
    }

    /// Whether a certificate is for all names and addresses, of this authority, and has more than a third of its life
    /// before it.
    private func isGood(_ contents: Contents, for identity: ResolverIdentity, at wall: Int64) -> Bool {
        let details = contents.server.details
        return contents.authority.usable(at: wall) != nil
            && wall >= details.notBefore && wall < details.notAfter - CertificateAuthority.serverLifetime / 3
            && identity.certificateNames.allSatisfy { details.covers($0) }
            && identity.addresses.allSatisfy { details.covers($0) }
            && contents.server.certificates[0].isIssued(by: contents.authority.certificate)
    }

    private func authority(at wall: Int64, _ news: inout [News]) throws -> CertificateAuthority {
        if StateFile.exists(authorityPath) {
            do throws(Fault) {
                if let usable = try readAuthority().usable(at: wall) { return usable }
            } catch .damaged(let reason) {
                setAside(authorityPath, because: reason, &news)
            }
        }
        let key = try PrivateKey.makeP256()
        // Two authorities of one name on a device would be taken for each other.
        let name = "Homing " + CertificateAuthority.shortName(of: key)
        let made = try CertificateAuthority.make(name: name, key: key, at: wall)
        news.append(.madeAuthority)
        save(try key.pem(), to: authorityKeyPath, &news)
        save(try made.certificate.pem(), to: authorityPath, &news)
        return made
    }

    private func server(_ news: inout [News]) throws -> CertificateChain? {
        guard StateFile.exists(serverPath) else { return nil }
        do throws(Fault) {
            return try readServer()
        } catch .damaged(let reason) {
            setAside(serverPath, because: reason, &news)
            return nil
        }
    }

    /// The key of an earlier run, so that pins stay true even without its certificate.
    private func serverKey(_ news: inout [News]) throws -> PrivateKey {
        if StateFile.exists(serverKeyPath) {
            do throws(Fault) {
                return try readServerKey()
            } catch .damaged(let reason) {
                setAside(serverKeyPath, because: reason, &news)
            }
        }
        let key = try PrivateKey.makeP256()
        save(try key.pem(), to: serverKeyPath, &news)
        return key
    }

    private func setAside(_ path: String, because reason: String, _ news: inout [News]) {
        let aside = StateFile.setAside(path).map { "; it is now \($0)" } ?? ""
        news.append(.unusable(path, reason + aside))
    }

    private func save(_ octets: [UInt8], to path: String, _ news: inout [News]) {
        do throws(SystemFailure) {
            try StateFile.write(octets, to: path)
        } catch {
            news.append(.notSaved("\(path): \(error)"))
        }
    }
}

extension CertificateAuthority {
    /// Seconds before its end from which on an authority is not used any more: clients need time to be told of the next.
    private static let reserve: Int64 = 30 * 86_400

    /// Itself while it may still issue.
    fileprivate func usable(at wall: Int64) -> CertificateAuthority? {
        wall < details.notAfter - Self.reserve ? self : nil
    }
}
