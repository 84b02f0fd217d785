import COpenSSL

/// What holds for all TLS that we speak, as server and as client: TLS 1.2 and 1.3 (RFC 8310 §9, RFC 9325 §3.1.1),
/// ephemeral keys and AEAD ciphers only.
enum TLSParameters {
    /// The name of DNS over TLS in ALPN (RFC 7858 §3.1; registered by RFC 8310).
    static let dot = Array("dot".utf8)

    /// Ephemeral key agreement, authenticated encryption (RFC 9325 §4.2). Those of TLS 1.3 are all so.
    private static let ciphers = "ECDHE+AESGCM:ECDHE+CHACHA20"
    /// What others use. The finite fields that libssl would offer too cost a server milliseconds each.
    private static let groups = "X25519:P-256:P-384"
    /// 112 bits: no RSA under 2048 bits, no SHA-1 (RFC 9325 §4.5).
    private static let securityLevel: Int32 = 2

    /// Sets them in a new context. False when libssl knows none of them, or has no memory.
    @unsafe
    static func set(in context: OpaquePointer) -> Bool {
        unsafe SSL_CTX_set_security_level(context, securityLevel)
        return unsafe copenssl_set_versions(context, TLS1_2_VERSION, TLS1_3_VERSION) == 1
            && SSL_CTX_set_cipher_list(context, ciphers) == 1
            && copenssl_set_groups(context, groups) == 1
    }
}
