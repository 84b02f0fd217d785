import CLoad

/// The buffers of one `sendmmsg` and one `recvmmsg` on connected sockets, allocated once.
@safe
final class DatagramBatch {
    /// Datagrams that one call takes.
    static let slots = 64
    /// More than answers have that were asked for without EDNS or with our payload size.
    private static let receiveSize = 4_096
    static let sendSize = 1_024

    private let batch: OpaquePointer
    private let received: UnsafePointer<UInt8>
    private let lengths: UnsafePointer<UInt32>
    private let outgoing: UnsafeMutablePointer<UInt8>

    init() throws(LoadFailure) {
        guard
            let batch = unsafe cload_batch_create(
                UInt32(Self.slots), UInt32(Self.receiveSize), UInt32(Self.sendSize))
        else { throw .noSocket("out of memory") }
        unsafe self.batch = batch
        unsafe received = cload_batch_received(batch)
        unsafe lengths = cload_batch_received_lengths(batch)
        unsafe outgoing = cload_batch_outgoing(batch)
    }

    deinit { unsafe cload_batch_destroy(batch) }

    /// The number received; negative: an errno value.
    func receive(on socket: Socket) -> Int { Int(unsafe cload_batch_receive(batch, socket.number)) }

    /// What came in slot `index`. Valid until the next `receive`.
    @inline(__always)
    func message(_ index: Int) -> UnsafeBufferPointer<UInt8> {
        precondition(index >= 0 && index < Self.slots)
        let count = unsafe min(Int(lengths[index]), Self.receiveSize)
        return unsafe UnsafeBufferPointer(start: received + index * Self.receiveSize, count: count)
    }

    /// Where the message of outgoing slot `index` goes.
    @inline(__always)
    func room(_ index: Int) -> UnsafeMutableBufferPointer<UInt8> {
        precondition(index >= 0 && index < Self.slots)
        return unsafe UnsafeMutableBufferPointer(
            start: outgoing + index * Self.sendSize, count: Self.sendSize)
    }

    @inline(__always)
    func setLength(_ index: Int, _ count: Int) {
        unsafe cload_batch_set_length(batch, UInt32(index), UInt32(count))
    }

    /// Sends outgoing slots: how many; negative: an errno value.
    func send(_ range: Range<Int>, on socket: Socket) -> Int {
        Int(
            unsafe cload_batch_send(
                batch, socket.number, UInt32(range.lowerBound), UInt32(range.upperBound)))
    }
}
