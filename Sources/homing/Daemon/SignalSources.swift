import Dispatch
import Glibc

/// Signals as events on a queue of their own, where anything may be done.
final class SignalSources {
    private let queue = DispatchQueue(label: "homing.signals")
    private var sources: [any DispatchSourceSignal] = []

    /// Has `action` done whenever `signal` comes, instead of what the system would do.
    ///
    /// To be called on the main thread before there are others: they inherit that the signal is blocked, and Dispatch
    /// reads it from a signalfd, which gets only what no thread takes.
    func on(_ signal: Int32, _ action: @escaping @Sendable () -> Void) {
        var set = sigset_t()
        _ = unsafe sigemptyset(&set)
        _ = unsafe sigaddset(&set, signal)
        _ = unsafe pthread_sigmask(SIG_BLOCK, &set, nil)
        let source = DispatchSource.makeSignalSource(signal: signal, queue: queue)
        source.setEventHandler(handler: action)
        source.resume()
        sources.append(source)
    }

    func ignore(_ signal: Int32) {
        _ = Glibc.signal(signal, SIG_IGN)
    }
}
