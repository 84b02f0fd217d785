public import ArgumentParser
public import DNSWire
import LoadGenerator

extension DomainName: @retroactive ExpressibleByArgument {
    public init?(argument: String) { try? self.init(argument) }
}

extension LoadTransport: ExpressibleByArgument {}
