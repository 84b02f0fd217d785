import CLinux
import DNSWire

/// The sockets on which clients connect.
final class StreamListeners {
    private let loop: EventLoop
    private var listeners: [StreamListener]

    init(_ listeners: [StreamListener], loop: EventLoop) throws(SystemError) {
        self.listeners = listeners
        self.loop = loop
        for (index, listener) in listeners.enumerated() {
            try loop.watch(
                listener.socket.descriptor, for: .readable, as: EventToken(.streamListener, index: index))
        }
    }

    /// The next connection that waits. A connection that was reset while it waited is passed over.
    func accept(on index: Int) -> AcceptedStream? {
        guard index < listeners.count else { return nil }
        var raw = clinux_address()
        let result = unsafe clinux_accept(listeners[index].socket.descriptor.number, &raw)
        do throws(SystemError) {
            let descriptor = try FileDescriptor(adopting: result)
            guard let peer = SocketAddress(raw) else { return nil }
            var local = listeners[index].socket.address
            if local.address.isUnspecified, unsafe clinux_local_address(descriptor.number, &raw) == 0 {
                local = SocketAddress(raw) ?? local
            }
            return AcceptedStream(
                descriptor: descriptor, service: listeners[index].service, peer: peer, local: local)
        } catch {
            // The connection stays in the queue and would wake the loop again at once, for ever.
            if SystemError.meansExhausted(error.code) { pause(index) }
            return nil
        }
    }

    private func pause(_ index: Int) {
        loop.change(
            listeners[index].socket.descriptor, to: [], as: EventToken(.streamListener, index: index))
        loop.timers.arm(.listener(index), at: loop.now.after(loop.configuration.acceptPause))
    }

    func resume(_ index: Int) {
        guard index < listeners.count else { return }
        loop.change(
            listeners[index].socket.descriptor, to: .readable, as: EventToken(.streamListener, index: index))
    }

    /// Closes the listeners; who waits in their queues is reset by the kernel.
    func close() {
        for listener in listeners { loop.ignore(listener.socket.descriptor) }
        listeners = []
    }
}

/// A connection just accepted.
struct AcceptedStream: ~Copyable {
    let descriptor: FileDescriptor
    let service: Listener.Service
    let peer: SocketAddress
    let local: SocketAddress
}

/// How many connections each client address has.
struct ClientQuota {
    private var counts: [IPAddress: Int] = [:]
    let limit: Int

    init(limit: Int) { self.limit = limit }

    func isExhausted(_ client: IPAddress) -> Bool { counts[client.unmapped, default: 0] >= limit }

    mutating func take(_ client: IPAddress) { counts[client.unmapped, default: 0] += 1 }

    mutating func giveBack(_ client: IPAddress) {
        let left = counts[client.unmapped, default: 0] - 1
        counts[client.unmapped] = left > 0 ? left : nil
    }
}
