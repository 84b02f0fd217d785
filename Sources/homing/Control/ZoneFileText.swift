import DNSWire
import Foundation

/// A master file as a command reads it: checked, and brought into a form that means the same without other files.
enum ZoneFileText {
    static func read(_ path: String, _ zone: DomainName) throws(AdministrationFault) -> [UInt8] {
        do {
            if path == "-" { return Array(try FileHandle.standardInput.readToEnd() ?? Data()) }
            return Array(try Data(contentsOf: URL(filePath: path)))
        } catch {
            throw .mistake("\(path) cannot be read: \(error.localizedDescription)")
        }
    }
}
