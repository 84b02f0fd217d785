/// Error codes of RFC 9113 §7.
package enum ErrorCode {
    package static let none: UInt32 = 0
    package static let protocolError: UInt32 = 1
    package static let flowControl: UInt32 = 3
    package static let streamClosed: UInt32 = 5
    package static let frameSize: UInt32 = 6
    package static let refused: UInt32 = 7
    package static let cancel: UInt32 = 8
    package static let compression: UInt32 = 9
    package static let calm: UInt32 = 11
}
