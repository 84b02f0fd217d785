import Dispatch
import Glibc

/// Has Ctrl-C do something else than to kill.
final class Interrupts {
    private let source: any DispatchSourceSignal

    init(_ body: @escaping @Sendable () -> Void) {
        _ = signal(SIGINT, SIG_IGN)
        source = DispatchSource.makeSignalSource(signal: SIGINT, queue: .global())
        source.setEventHandler { body() }
        source.resume()
    }

    func end() { source.cancel() }
}
