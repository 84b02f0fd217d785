import CLinux
import DNSWire

/// The sockets on which clients connect.
final class StreamListeners {
    private let loop: EventLoop
    private var sockets: [ListeningSocket]

    init(sockets: [ListeningSocket], loop: EventLoop) throws(SystemError) {
        self.sockets = sockets
        self.loop = loop
        for (index, socket) in sockets.enumerated() {
            try loop.watch(socket.descriptor, for: .readable, as: EventToken(.streamListener, index: index))
        }
    }

    /// The next connection that waits. A connection that was reset while it waited is passed over.
    func accept(on index: Int) -> AcceptedStream? {
        guard index < sockets.count else { return nil }
        var raw = clinux_address()
        let result = unsafe clinux_accept(sockets[index].descriptor.number, &raw)
        do throws(SystemError) {
            let descriptor = try FileDescriptor(adopting: result)
            guard let peer = SocketAddress(raw) else { return nil }
            var local = sockets[index].address
            if local.address.isUnspecified, unsafe clinux_local_address(descriptor.number, &raw) == 0 {
                local = SocketAddress(raw) ?? local
            }
            return AcceptedStream(descriptor: descriptor, peer: peer, local: local)
        } catch {
            // The connection stays in the queue and would wake the loop again at once, for ever.
            if SystemError.meansExhausted(error.code) { pause(index) }
            return nil
        }
    }

    private func pause(_ index: Int) {
        loop.change(sockets[index].descriptor, to: [], as: EventToken(.streamListener, index: index))
        loop.timers.arm(.listener(index), at: loop.now.after(loop.configuration.acceptPause))
    }

    func resume(_ index: Int) {
        guard index < sockets.count else { return }
        loop.change(sockets[index].descriptor, to: .readable, as: EventToken(.streamListener, index: index))
    }

    /// Closes the listeners; who waits in their queues is reset by the kernel.
    func close() {
        for socket in sockets { loop.ignore(socket.descriptor) }
        sockets = []
    }
}

/// A connection just accepted.
struct AcceptedStream: ~Copyable {
    let descriptor: FileDescriptor
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
