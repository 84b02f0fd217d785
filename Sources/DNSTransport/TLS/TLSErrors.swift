import COpenSSL

/// The errors that libssl leaves for its caller, one queue a thread.
enum TLSErrors {
    /// Makes the queue empty, as it has to be before a call whose failure is to be explained (SSL_get_error(3)).
    ///
    /// It nearly always is already, and to clear it costs some 800 instructions either way: this is for every record.
    @inline(__always)
    static func clear() {
        if ERR_peek_error() != 0 { ERR_clear_error() }
    }
}
