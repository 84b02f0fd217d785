import CLinux
import CLoad

/// Waits until sockets are ready (epoll, level-triggered).
@safe
final class Poller {
    struct Event {
        let index: Int
        let isReadable: Bool
        let isWritable: Bool
    }

    private let epoll: Int32
    private let events: UnsafeMutableBufferPointer<cload_event>

    private static let eventsPerWait = 256

    init() throws(LoadFailure) {
        epoll = clinux_epoll_create()
        guard epoll >= 0 else { throw .noSocket(Socket.text(of: -epoll)) }
        unsafe events = .allocate(capacity: Self.eventsPerWait)
        unsafe events.initialize(repeating: cload_event())
    }

    deinit {
        unsafe events.deallocate()
        _ = clinux_close(epoll)
    }

    func watch(_ socket: Socket, as index: Int, writing: Bool) {
        _ = clinux_epoll_add(epoll, socket.number, Self.interest(writing), UInt64(index))
    }

    func change(_ socket: Socket, as index: Int, writing: Bool) {
        _ = clinux_epoll_modify(epoll, socket.number, Self.interest(writing), UInt64(index))
    }

    private static func interest(_ writing: Bool) -> UInt32 {
        UInt32(CLINUX_READABLE) | (writing ? UInt32(CLINUX_WRITABLE) : 0)
    }

    /// Waits for at most so many nanoseconds: how many events there are.
    func wait(_ nanoseconds: Int64) -> Int {
        guard let first = unsafe events.baseAddress else { return 0 }
        return Int(
            max(0, unsafe cload_wait(epoll, first, Int32(events.count), max(0, nanoseconds))))
    }

    func event(_ index: Int) -> Event {
        let event = unsafe events[index]
        return Event(
            index: Int(truncatingIfNeeded: event.token), isReadable: event.is_readable != 0,
            isWritable: event.is_writable != 0)
    }
}
