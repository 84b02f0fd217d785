import COpenSSL
import Certificates
import DNSWire
import Foundation

/// An authority and a server's certificate, made for a test at a time that it says.
struct MadeCertificates {
    /// 1 January 2026.
    static let wall: Int64 = 1_767_225_600

    let authority: CertificateAuthority
    let server: CertificateChain

    init(
        names: [DomainName] = ["dns.example."], addresses: [IPAddress] = [IPAddress(192, 0, 2, 1)],
        at wall: Int64 = MadeCertificates.wall
    ) throws {
        authority = try CertificateAuthority.make(name: "Test authority", key: .makeP256(), at: wall)
        server = try authority.issue(names: names, addresses: addresses, key: .makeP256(), at: wall)
    }
}

extension CertificateChain {
    /// What libcrypto says of the server's certificate as a client would judge it that trusts `authority` alone and
    /// asks for `name`: `X509_V_OK`, or why not.
    func judgement(trusting authority: Certificate, name: String, at wall: Int64) throws -> String {
        let store = unsafe X509_STORE_new()
        defer { unsafe X509_STORE_free(store) }
        let trusted = try unsafe Self.handle(authority)
        defer { unsafe X509_free(trusted) }
        _ = unsafe X509_STORE_add_cert(store, trusted)
        let own = try unsafe Self.handle(certificates[0])
        defer { unsafe X509_free(own) }
        let context = unsafe X509_STORE_CTX_new()
        defer { unsafe X509_STORE_CTX_free(context) }
        _ = unsafe X509_STORE_CTX_init(context, store, own, nil)
        _ = unsafe X509_STORE_CTX_set_purpose(context, X509_PURPOSE_SSL_SERVER)
        let parameters = unsafe X509_STORE_CTX_get0_param(context)
        unsafe X509_VERIFY_PARAM_set_time(parameters, time_t(wall))
        unsafe X509_VERIFY_PARAM_set_flags(parameters, UInt(X509_V_FLAG_X509_STRICT))
        if IPAddress(name) != nil {
            _ = unsafe X509_VERIFY_PARAM_set1_ip_asc(parameters, name)
        } else {
            _ = unsafe X509_VERIFY_PARAM_set1_host(parameters, name, 0)
        }
        _ = unsafe X509_verify_cert(context)
        let code = unsafe X509_STORE_CTX_get_error(context)
        return unsafe String(cString: X509_verify_cert_error_string(Int(code)))
    }

    /// The certificate once more, as a client gets it.
    private static func handle(_ certificate: Certificate) throws -> OpaquePointer? {
        let der = certificate.der
        return unsafe der.withUnsafeBufferPointer { buffer in
            var start = buffer.baseAddress
            return unsafe d2i_X509(nil, &start, buffer.count)
        }
    }
}
