import CLinux
import Glibc

extension Socket {
    func read(into buffer: UnsafeMutableBufferPointer<UInt8>) -> TransferResult {
        guard let start = buffer.baseAddress, buffer.count > 0 else { return .nothing }
        return Self.result(unsafe clinux_receive(number, start, buffer.count))
    }

    func write(_ octets: UnsafeBufferPointer<UInt8>) -> TransferResult {
        guard let start = octets.baseAddress, octets.count > 0 else { return .nothing }
        return Self.result(unsafe clinux_send(number, start, octets.count))
    }

    private static func result(_ result: Int64) -> TransferResult {
        if result > 0 { return .octets(Int(result)) }
        return -result == Int64(EAGAIN) ? .nothing : .ended
    }
}
