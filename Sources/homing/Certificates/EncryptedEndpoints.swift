import DNSOverHTTP
import DNSTransport
import DNSWire
import HomingConfiguration
import Logging

/// What the listeners over TLS and HTTP look up for each new connection, and a reload or a new certificate fills anew.
final class EncryptedEndpoints: Sendable {
    private let tls = TLSEndpoint()
    private let https = TLSEndpoint()
    private let web: DoHEndpoint
    /// Kept for as long as the daemon runs, so that clients resume across reloads.
    private let tickets: TLSTicketKeys

    /// Without certificates yet: who connects before there are any is turned away.
    init(_ configuration: Configuration) throws(TLSSetupError) {
        web = DoHEndpoint(configuration.webSettings)
        tickets = try TLSTicketKeys()
    }

    /// What is listened on, DNS in cleartext first.
    func listeners(_ listen: Configuration.Listen) -> [Listener] {
        listen.addresses.map { Listener($0) }
            + listen.tls.map { Listener($0, .tls(tls)) }
            + listen.https.map { Listener($0, .https(https, web)) }
            + listen.http.map { Listener($0, .http(web)) }
    }

    func use(_ configuration: Configuration) { web.use(configuration.webSettings) }

    /// From now on new connections are shown these; none means that none could be had, and that the old ones stay.
    func use(_ certificates: [ServedCertificate]) throws(TLSSetupError) {
        guard !certificates.isEmpty else { return }
        let served = certificates.map { TLSCertificate(chain: $0.certificates, privateKey: $0.key) }
        let dns = try TLSServerContext(certificates: served, protocols: ["dot"], tickets: tickets)
        let http = try TLSServerContext(
            certificates: served, protocols: ["h2", "http/1.1"], tickets: tickets)
        tls.use(dns)
        https.use(http)
    }
}

extension Configuration {
    fileprivate var webSettings: DoHSettings {
        var settings = DoHSettings()
        // A configuration has no other paths than those that can be read.
        settings.paths = [HTTPPath(https.path) ?? .standard]
        settings.trustedProxies = https.trustedProxies
        return settings
    }
}
