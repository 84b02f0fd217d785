/// The parameters of a SVCB or HTTPS record that Homing itself makes (RFC 9460 §7, RFC 9461 §5).
public struct ServiceParameters: Hashable, Sendable {
    /// The protocols, each 1 to 255 octets.
    public var alpn: [String] = []
    /// Nil: the default of the scheme.
    public var port: UInt16?
    public var ipv4Hints: [IPAddress] = []
    public var ipv6Hints: [IPAddress] = []
    /// The template for DNS over HTTPS, such as `/dns-query{?dns}`.
    public var dohPath: String?

    public init() {}

    /// In rising order of their keys, as the wire has to have them.
    fileprivate var octets: [UInt8] {
        var octets: [UInt8] = []
        func append(_ key: ServiceParameter.Key, _ value: [UInt8]) {
            guard !value.isEmpty else { return }
            RDataField.append(key.rawValue, to: &octets)
            RDataField.append(UInt16(clamping: value.count), to: &octets)
            octets += value
        }
        append(.alpn, alpn.flatMap { [UInt8(clamping: $0.utf8.count)] + Array($0.utf8) })
        append(.port, port.map { [UInt8($0 >> 8), UInt8($0 & 0xff)] } ?? [])
        append(.ipv4hint, ipv4Hints.flatMap(\.octets))
        append(.ipv6hint, ipv6Hints.flatMap(\.octets))
        append(.dohpath, dohPath.map { Array($0.utf8) } ?? [])
        return octets
    }
}

extension RData {
    /// SVCB or HTTPS in ServiceMode (RFC 9460 §2.2).
    ///
    /// - Parameter priority: the smallest is tried first; not 0, which means an alias.
    public static func service(
        priority: UInt16, target: DomainName, _ parameters: ServiceParameters
    ) -> RData {
        RData(unchecked: [UInt8(priority >> 8), UInt8(priority & 0xff)] + target.wire + parameters.octets)
    }
}
