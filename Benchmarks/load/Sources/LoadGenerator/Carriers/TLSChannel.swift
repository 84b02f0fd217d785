import COpenSSL

/// TLS on one socket.
@safe
final class TLSChannel {
    private let handle: OpaquePointer

    @unsafe
    init(adopting handle: OpaquePointer) { unsafe self.handle = handle }

    deinit { unsafe SSL_free(handle) }

    enum Handshake { case done, waits, failed }

    /// Goes on with the handshake.
    func shakeHands() -> Handshake {
        ERR_clear_error()
        let result = unsafe SSL_do_handshake(handle)
        if result == 1 { return .done }
        return unsafe waits(SSL_get_error(handle, result)) ? .waits : .failed
    }

    /// Whether the session of an earlier connection was resumed.
    var isResumed: Bool { unsafe SSL_session_reused(handle) == 1 }

    func read(into buffer: UnsafeMutableBufferPointer<UInt8>) -> TransferResult {
        guard let start = buffer.baseAddress, buffer.count > 0 else { return .nothing }
        var count = 0
        ERR_clear_error()
        let result = unsafe SSL_read_ex(handle, start, buffer.count, &count)
        if result == 1 { return .octets(count) }
        return unsafe waits(SSL_get_error(handle, result)) ? .nothing : .ended
    }

    func write(_ octets: UnsafeBufferPointer<UInt8>) -> TransferResult {
        guard let start = octets.baseAddress, octets.count > 0 else { return .nothing }
        var count = 0
        ERR_clear_error()
        let result = unsafe SSL_write_ex(handle, start, octets.count, &count)
        if result == 1 { return .octets(count) }
        return unsafe waits(SSL_get_error(handle, result)) ? .nothing : .ended
    }

    /// Tells the server that nothing more comes.
    func shutDown() {
        ERR_clear_error()
        _ = unsafe SSL_shutdown(handle)
        ERR_clear_error()
    }

    private func waits(_ code: Int32) -> Bool { code == SSL_ERROR_WANT_READ || code == SSL_ERROR_WANT_WRITE }
}
