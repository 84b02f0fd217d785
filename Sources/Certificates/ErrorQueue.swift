import COpenSSL

/// Runs `body` and takes from this thread's error queue what libcrypto put there meanwhile: what it says of files in its
/// own words is no use to a person, and a queue that nobody reads would mislead whoever looks at it next.
func withErrorsDropped<Result>(_ body: () -> Result) -> Result {
    ERR_set_mark()
    defer { ERR_pop_to_mark() }
    return body()
}
