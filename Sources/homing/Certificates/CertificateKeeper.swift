import Certificates
import Dispatch
import Glibc
import HomingConfiguration
import Logging
import Synchronization

/// Keeps the certificates that clients are shown: reads files again that have changed, and renews our own in time.
///
/// It runs on the daemon's own queue, where reloads happen as well, so that neither overtakes the other.
final class CertificateKeeper: Sendable {
    /// Other certificates are to be shown from now on.
    typealias Publish = @Sendable ([ServedCertificate]) -> Void

    private let queue: DispatchQueue
    private let log: Logger
    private let now: @Sendable () -> Int64
    private let state: Mutex<State>

    private struct State {
        /// Nil: nothing is encrypted.
        var settings: EncryptionSettings?
        var certificates: [ServedCertificate] = []
        /// Our own, where there are no others.
        var own: OwnCertificateStore.Contents?
        /// The files as they were when they were last read, by path.
        var marks: [String: FileMark?] = [:]
        /// The last complaint, which is made once.
        var failure: String?
        /// When the operator was last warned of a certificate's end.
        var warned: Int64?
        var publish: Publish?
        /// Of the sleep that counts; others have been overtaken.
        var sleep: UInt64 = 0
    }

    /// Seconds between two looks at the files.
    private static let interval = 60
    /// Seconds between two warnings of one thing.
    private static let warningInterval: Int64 = 86_400

    init(queue: DispatchQueue, log: Logger, now: @escaping @Sendable () -> Int64 = WallClock.now) {
        self.queue = queue
        self.log = log
        self.now = now
        state = Mutex(State())
    }

    /// What clients are to be shown; the first is for those that name nobody. Empty when nothing is encrypted, or none
    /// could be had.
    var certificates: [ServedCertificate] { state.withLock { $0.certificates } }

    //--- Begin and end ---

    /// Follows settings, the first or new ones, and tells in the log what clients are shown. To be called by who may read
    /// and write the state directory.
    func configure(_ settings: EncryptionSettings) {
        // What changed since they were read is read again with the next look.
        let marks = settings.certificates.reduce(into: [:]) { $0.merge($1.marks) { $1 } }
        // They were read with the rights of root, perhaps.
        for path in marks.keys.sorted() where unsafe access(path, R_OK) != 0 {
            log.warning("\(path) cannot be read any more by this process, and its changes will be missed")
        }
        state.withLock { state in
            state.settings = settings.isNeeded ? settings : nil
            state.marks = marks
            state.failure = nil
            state.warned = nil
            if !settings.certificates.isEmpty || !settings.isNeeded { state.own = nil }
        }
        if settings.isNeeded, settings.certificates.isEmpty {
            obtain(settings)
        } else {
            show(settings.isNeeded ? settings.certificates : [])
        }
        warn()
    }

    /// Looks at the files from now on.
    func start(publishing publish: @escaping Publish) {
        state.withLock { $0.publish = publish }
        sleep()
    }

    func stop() {
        state.withLock { state in
            state.sleep += 1
            state.publish = nil
        }
    }

    //--- Time ---

    /// Does what is due. To be called on the queue.
    func tick() {
        guard let settings = state.withLock({ $0.settings }) else { return }
        if settings.certificates.isEmpty {
            obtain(settings)
        } else {
            readChanged(settings)
        }
        warn()
    }

    private func sleep() {
        let sleep = state.withLock { state in
            state.sleep += 1
            return state.sleep
        }
        queue.asyncAfter(deadline: .now() + .seconds(Self.interval)) { [weak self] in
            guard let self, self.state.withLock({ $0.sleep }) == sleep else { return }
            self.tick()
            self.sleep()
        }
    }

    //--- Configured files ---

    private static func marks(of settings: EncryptionSettings) -> [String: FileMark?] {
        settings.certificates.compactMap(\.files).reduce(into: [:]) { $0.merge($1.marks) { $1 } }
    }

    private func readChanged(_ settings: EncryptionSettings) {
        // Taken before the files are read, so that what changes meanwhile is seen the next time.
        let marks = Self.marks(of: settings)
        let isChanged = state.withLock { state in
            defer { state.marks = marks }
            return state.marks != marks
        }
        guard isChanged else { return }
        do throws(ConfigurationFaults) {
            var certificates: [ServedCertificate] = []
            for files in settings.certificates.compactMap(\.files) {
                certificates.append(try ServedCertificate(reading: files))
            }
            state.withLock { $0.warned = nil }
            show(certificates)
        } catch {
            for line in error.lines { log.error("\(line)") }
            log.error("the certificates were not read again; the old ones stay in force")
        }
    }

    //--- Our own ---

    private func obtain(_ settings: EncryptionSettings) {
        let store = OwnCertificateStore(directory: settings.stateDirectory)
        do throws(ConfigurationFaults) {
            let current = state.withLock { $0.own }
            let (own, news) = try store.obtain(for: settings.identity, current: current, at: now())
            for entry in news { report(entry, own, store) }
            guard current == nil || !news.isEmpty else { return }
            let served: ServedCertificate
            do throws(CertificateFault) {
                served = try own.served()
            } catch {
                throw ConfigurationFaults(lines: ["\(error)"])
            }
            state.withLock { state in
                state.own = own
                state.failure = nil
            }
            show([served])
        } catch {
            let isNews = state.withLock { state in
                defer { state.failure = error.description }
                return state.failure != error.description
            }
            guard isNews else { return }
            log.error("there is no certificate for clients over TLS and HTTPS: \(error)")
        }
    }

    private func report(
        _ news: OwnCertificateStore.News, _ own: OwnCertificateStore.Contents, _ store: OwnCertificateStore
    ) {
        switch news {
        case .madeAuthority:
            log.notice(
                "an authority of our own was made; clients over TLS and HTTPS have to trust it",
                metadata: [
                    "file": "\(store.authorityPath)", "fingerprint": "\(own.authority.details.fingerprint)",
                ])
        case .madeCertificate: log.info("a certificate of our own was made")
        case .unusable(_, let reason):
            log.error("a certificate of an earlier run cannot be used: \(reason)")
        case .notSaved(let reason):
            log.warning("a certificate of our own cannot be saved, and is lost at the next start: \(reason)")
        }
    }

    //--- Telling ---

    private func show(_ certificates: [ServedCertificate]) {
        let publish = state.withLock { state -> Publish? in
            let isOther =
                state.certificates.map(\.certificates) != certificates.map(\.certificates)
                || state.certificates.map(\.key) != certificates.map(\.key)
            state.certificates = certificates
            return isOther ? state.publish ?? { _ in } : nil
        }
        guard let publish else { return }
        for certificate in certificates {
            log.notice(
                "certificate for clients over TLS and HTTPS",
                metadata: [
                    "for": "\(certificate.subjects)",
                    "until": "\(WallClock.text(certificate.details.notAfter))",
                    "issuer": "\(certificate.details.issuer)", "pin": "\(certificate.details.pin)",
                ])
        }
        publish(certificates)
    }

    private func warn() {
        let wall = now()
        let certificates = state.withLock { state -> [ServedCertificate] in
            guard wall - (state.warned ?? 0) >= Self.warningInterval else { return [] }
            state.warned = wall
            return state.certificates
        }
        for certificate in certificates {
            guard let complaint = certificate.complaint(at: wall) else { continue }
            log.warning("the certificate for \(certificate.subjects): \(complaint)")
        }
    }
}
