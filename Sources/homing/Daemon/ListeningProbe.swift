import CLinux
import DNSWire
import Glibc

/// Sees whether an address is in use already.
///
/// The workers share their addresses (`SO_REUSEPORT`), and so would a second daemon of the same user: both would start,
/// and each would get some of the clients. A socket that does not share finds out.
enum ListeningProbe {
    struct AddressInUse: Error, CustomStringConvertible {
        let address: SocketAddress

        var description: String {
            "cannot listen on \(address.address) port \(address.port): another program does, perhaps another homing"
        }
    }

    /// Other faults than this one are left to those who open the sockets for good.
    static func check(_ addresses: [SocketAddress]) throws(AddressInUse) {
        for address in addresses where address.port != 0 {
            guard
                let probe = try? Descriptor(
                    adopting: clinux_socket(address.address.family.rawValue, Int32(CLINUX_DATAGRAM.rawValue)))
            else { continue }
            // "::" alone, as the workers will have it.
            if address.address.family == .ipv6 {
                _ = clinux_set_option(probe.number, Int32(CLINUX_ONLY_IPV6.rawValue), 1)
            }
            var raw = clinux_address(address)
            if unsafe clinux_bind(probe.number, &raw) == -EADDRINUSE { throw AddressInUse(address: address) }
        }
    }
}
