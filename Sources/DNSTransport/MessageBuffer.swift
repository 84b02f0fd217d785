/// Room for messages that are looked at where they arrived, or written before they are sent. Allocated once
/// and never grown, so that its address stays: a span over it can be handed to the service while the owner
/// changes other things.
@safe
final class MessageBuffer {
    let octets: UnsafeMutableBufferPointer<UInt8>

    init(capacity: Int) {
        unsafe octets = .allocate(capacity: capacity)
        unsafe octets.initialize(repeating: 0)
    }

    deinit {
        unsafe octets.deallocate()
    }

    var capacity: Int { unsafe octets.count }

    /// The octets in `range`, which is cut to the buffer.
    @unsafe
    func slice(_ range: Range<Int>) -> UnsafeMutableBufferPointer<UInt8> {
        unsafe UnsafeMutableBufferPointer(rebasing: octets[range.clamped(to: 0..<capacity)])
    }
}
