import COpenSSL
import Synchronization

/// The keys that session tickets are sealed with (RFC 5077 §4, RFC 8446 §4.6.1), shared by all workers and kept when
/// certificates are exchanged, so that a client resumes wherever it comes in.
///
/// A key seals for one turn and opens for one more. As a ticket lives no longer than a turn, none is refused before its
/// time, and what an intruder could find here opens no recorded ticket older than two turns.
public final class TLSTicketKeys: Sendable {
    /// How long a key seals, and a ticket lives, in seconds: a phone that comes back the same morning resumes.
    public static let turn: Int64 = 6 * 3600

    private struct Keys {
        var current: TLSTicketKey
        var previous: TLSTicketKey?
        /// When the current key's turn began, in milliseconds of uptime; nil until somebody told the time.
        var begun: Int64?
    }

    private let keys: Mutex<Keys>

    /// Fails when libcrypto has no randomness.
    public init() throws(TLSSetupError) {
        guard let first = TLSTicketKey() else { throw .noRandomness }
        keys = Mutex(Keys(current: first))
    }

    /// Makes a new key when the current one's turn is over. Told with every session that begins.
    ///
    /// - Parameter uptime: milliseconds, as in `Moment`.
    func rotate(uptime: Int64) {
        keys.withLock { keys in
            guard let begun = keys.begun else {
                keys.begun = uptime
                return
            }
            let turn = Self.turn * 1000
            let age = uptime.subtractingReportingOverflow(begun).partialValue
            // Without randomness the old key stays, and the next session tries again.
            guard age >= turn, let next = TLSTicketKey() else { return }
            keys.previous = age < 2 * turn ? keys.current : nil
            keys.current = next
            keys.begun = uptime
        }
    }

    /// The key for a new ticket.
    var sealing: TLSTicketKey { keys.withLock { $0.current } }

    /// The key with the name that a ticket bears, and whether a new ticket should be given for it. Nil when its time is
    /// over, or when it never was ours.
    func opening(_ name: UnsafePointer<UInt8>) -> (key: TLSTicketKey, isOld: Bool)? {
        keys.withLock { keys in
            if unsafe keys.current.isNamed(name) { return (keys.current, false) }
            if let previous = keys.previous, unsafe previous.isNamed(name) { return (previous, true) }
            return nil
        }
    }
}

/// One key: its name, the cipher's and the MAC's part. Wiped when its last user lets go of it.
@safe
final class TLSTicketKey: Sendable {
    /// Lengths in octets. libssl gives the name its length; AES-256 and HMAC-SHA-256 theirs to the others.
    private static let nameLength = 16
    private static let partLength = 32
    private static let length = nameLength + 2 * partLength

    /// Looked up once: libcrypto 3.0 looks `EVP_aes_256_cbc` up with every use. Nil only without memory.
    nonisolated(unsafe) private static let cipher = unsafe EVP_CIPHER_fetch(nil, "AES-256-CBC", nil)

    nonisolated(unsafe) private let octets: UnsafeMutablePointer<UInt8>

    /// Nil without randomness.
    init?() {
        unsafe octets = .allocate(capacity: Self.length)
        unsafe octets.initialize(repeating: 0, count: Self.length)
        guard unsafe RAND_bytes(octets, Int32(Self.nameLength)) == 1,
            unsafe RAND_priv_bytes(octets + Self.nameLength, Int32(2 * Self.partLength)) == 1
        else { return nil }
    }

    deinit {
        unsafe OPENSSL_cleanse(octets, Self.length)
        unsafe octets.deallocate()
    }

    private var cipherKey: UnsafePointer<UInt8> { unsafe UnsafePointer(octets + Self.nameLength) }
    private var macKey: UnsafePointer<UInt8> { unsafe cipherKey + Self.partLength }

    /// The name, which is no secret: it stands in the ticket.
    func withName<Result>(_ body: (UnsafePointer<UInt8>) -> Result) -> Result {
        unsafe body(UnsafePointer(octets))
    }

    @unsafe
    func isNamed(_ name: UnsafePointer<UInt8>) -> Bool {
        (0..<Self.nameLength).allSatisfy { unsafe octets[$0] == name[$0] }
    }

    /// Sets up the contexts for a new ticket and fills in name (16 octets) and initial vector (16 octets).
    @unsafe
    func seal(
        name: UnsafeMutablePointer<UInt8>, vector: UnsafeMutablePointer<UInt8>, _ cipher: OpaquePointer,
        _ mac: OpaquePointer
    ) -> Bool {
        unsafe name.update(from: octets, count: Self.nameLength)
        guard let algorithm = unsafe Self.cipher else { return false }
        return unsafe RAND_bytes(vector, EVP_CIPHER_get_iv_length(algorithm)) == 1
            && EVP_EncryptInit_ex2(cipher, algorithm, cipherKey, vector, nil) == 1
            && copenssl_key_ticket_mac(mac, macKey, Self.partLength) == 1
    }

    /// Sets up the contexts to open a ticket.
    @unsafe
    func open(vector: UnsafePointer<UInt8>, _ cipher: OpaquePointer, _ mac: OpaquePointer) -> Bool {
        guard let algorithm = unsafe Self.cipher else { return false }
        return unsafe EVP_DecryptInit_ex2(cipher, algorithm, cipherKey, vector, nil) == 1
            && copenssl_key_ticket_mac(mac, macKey, Self.partLength) == 1
    }
}
