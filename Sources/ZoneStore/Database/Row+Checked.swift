import DNSWire
import Foundation
import GRDB

/// A row that is not what the schema promises: the file was damaged, or written by somebody else.
struct DamagedRow: Error, CustomStringConvertible {
    let column: Int
    var description: String { "column \(column) holds something else than it should" }
}

/// GRDB's own subscripts trap where a column holds something else. These throw.
extension Row {
    func integer(_ index: Int) throws -> Int64 {
        guard let value = Int64.fromDatabaseValue(self[index]) else { throw DamagedRow(column: index) }
        return value
    }

    /// A number that counts something. No file is so large that one has more than 52 bits, and none so small that reckoning
    /// with it could trap.
    func count(_ index: Int) throws -> Int64 {
        let value = try integer(index)
        guard (0..<1 << 52).contains(value) else { throw DamagedRow(column: index) }
        return value
    }

    func optionalInteger(_ index: Int) throws -> Int64? {
        let value: DatabaseValue = self[index]
        return value.isNull ? nil : try integer(index)
    }

    func uint32(_ index: Int) throws -> UInt32 {
        guard let value = UInt32(exactly: try integer(index)) else { throw DamagedRow(column: index) }
        return value
    }

    func text(_ index: Int) throws -> String {
        guard let value = String.fromDatabaseValue(self[index]) else { throw DamagedRow(column: index) }
        return value
    }

    func octets(_ index: Int) throws -> [UInt8] {
        let value: DatabaseValue = self[index]
        guard case .blob(let data) = value.storage else { throw DamagedRow(column: index) }
        return [UInt8](data)
    }

    func name(_ index: Int) throws -> DomainName {
        let octets = try octets(index)
        var offset = 0
        guard let name = try? DomainName(parsing: octets.span, at: &offset), offset == octets.count else {
            throw DamagedRow(column: index)
        }
        return name
    }
}

/// How values are written into columns.
extension DomainName {
    /// As it is compared: in lower case.
    var column: Data { Data(lowercase.wire) }
}
