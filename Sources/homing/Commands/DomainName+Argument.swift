public import ArgumentParser
public import DNSWire

extension DomainName: ExpressibleByArgument {
    public init?(argument: String) { try? self.init(argument) }
}
