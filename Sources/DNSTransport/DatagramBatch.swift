import CLinux
import DNSWire

/// The buffers of one `recvmmsg` and one `sendmmsg`, allocated once.
@safe
struct DatagramBatch: ~Copyable {
    let slots: Int
    private let receiveSize: Int
    let sendSize: Int
    private let batch: OpaquePointer
    private let datagrams: UnsafePointer<clinux_datagram>
    private let received: UnsafePointer<UInt8>
    private let outgoing: UnsafeMutablePointer<UInt8>

    init(slots: Int, receiveSize: Int, sendSize: Int) throws(SystemError) {
        guard
            let batch = unsafe clinux_batch_create(
                UInt32(clamping: slots), UInt32(clamping: receiveSize), UInt32(clamping: sendSize))
        else { throw SystemError(code: SystemError.noMemory) }
        self.slots = slots
        self.receiveSize = receiveSize
        self.sendSize = sendSize
        unsafe self.batch = batch
        unsafe datagrams = clinux_batch_datagrams(batch)
        unsafe received = clinux_batch_received(batch)
        unsafe outgoing = clinux_batch_outgoing(batch)
    }

    deinit {
        unsafe clinux_batch_destroy(batch)
    }

    //--- Receiving ---

    /// The number received; 0 when there is nothing, or an error that the next wait will tell again.
    @inline(__always)
    func receive(on descriptor: borrowing FileDescriptor) -> Int {
        Int(max(0, unsafe clinux_batch_receive(batch, descriptor.number)))
    }

    /// What is known of the datagram in slot `index`, which must be below the number received.
    @inline(__always)
    func datagram(_ index: Int) -> clinux_datagram {
        precondition(index >= 0 && index < slots)
        return unsafe datagrams[index]
    }

    /// The octets of the datagram in slot `index`. Valid until the next `receive`.
    @inline(__always)
    func query(_ index: Int, count: Int) -> UnsafeBufferPointer<UInt8> {
        precondition(index >= 0 && index < slots && count >= 0 && count <= receiveSize)
        return unsafe UnsafeBufferPointer(start: received + index * receiveSize, count: count)
    }

    //--- Sending ---

    /// Where the message of outgoing slot `index` goes.
    @inline(__always)
    func response(_ index: Int) -> UnsafeMutableBufferPointer<UInt8> {
        precondition(index >= 0 && index < slots)
        return unsafe UnsafeMutableBufferPointer(start: outgoing + index * sendSize, count: sendSize)
    }

    /// Makes outgoing slot `out` the answer to the datagram in slot `index`.
    @inline(__always)
    func answer(_ index: Int, with out: Int, count: Int) -> Bool {
        unsafe clinux_batch_answer(
            batch, UInt32(truncatingIfNeeded: out), UInt32(truncatingIfNeeded: index), UInt32(clamping: count)
        ) == 0
    }

    func address(_ out: Int, to peer: SocketAddress, from local: SocketAddress?, count: Int) -> Bool {
        var to = peer.raw
        var from = local?.raw ?? clinux_address()
        return unsafe clinux_batch_address(
            batch, UInt32(truncatingIfNeeded: out), &to, &from, UInt32(clamping: count)) == 0
    }

    /// Sends the first `count` outgoing slots and says how many the kernel took. A message that it refuses is
    /// passed over; when its queue is full the rest is lost, as datagrams may be.
    func send(_ count: Int, on descriptor: borrowing FileDescriptor) -> Int {
        var next: UInt32 = 0
        let end = UInt32(clamping: count)
        var taken = 0
        // Every turn sends or passes over at least one message.
        while next < end {
            let sent = unsafe clinux_batch_send(batch, descriptor.number, next, end)
            if sent > 0 {
                taken += Int(sent)
                next += UInt32(sent)
            } else if SystemError.meansQueueFull(-sent) {
                break
            } else {
                next += 1
            }
        }
        return taken
    }
}
