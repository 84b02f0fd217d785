import DNSWire
import Foundation

extension ZoneReport {
    /// For people: what, and in the next column, how it is.
    var lines: [String] {
        var rows = [["role", "\(summary.role.rawValue), \(summary.origin.words)"]]
        if !summary.isServed {
            rows.append([
                "not served", "the configuration no longer has it; its data is kept until it is deleted",
            ])
        }
        if let damage { rows.append(["damaged", damage]) }
        if let soa { rows.append(["SOA", soa]) }
        rows.append(["contents", contents])
        if let journal { rows.append(["journal", journal.words]) }
        rows += Self.rows("update-policy", updatePolicy)
        if let transfer { rows += transfer.rows }
        rows += Self.rows("secondary", secondaries.map(\.words))
        rows.append(["settings", settings])
        return ["\(summary.name)"] + TextTable.lines(rows).map { "  \($0)" }
    }

    private var contents: String {
        guard summary.serial != nil else { return "none: it was not transferred yet, or has expired" }
        return "\(Self.count(summary.recordCount, "record")) in \(Self.count(summary.rrsetCount, "RRset"))"
            + (leaseCount > 0 ? ", \(leaseCount) with a lease" : "")
    }

    /// What it is called stands before the first.
    private static func rows(_ name: String, _ values: [String]) -> [[String]] {
        values.enumerated().map { [$0 == 0 ? name : "", $1] }
    }

    fileprivate static func count(_ number: Int, _ noun: String) -> String {
        "\(number) \(noun)\(number == 1 ? "" : "s")"
    }

    /// `2026-01-31T12:00:00Z`
    fileprivate static func text(ofTime wall: Int64) -> String {
        Date(timeIntervalSince1970: Double(wall)).formatted(.iso8601)
    }
}

extension ZoneSummary.Origin {
    fileprivate var words: String {
        switch self {
        case .configuration: "by the configuration"
        case .command: "by command"
        case .catalog: "by a catalog"
        }
    }
}

extension ZoneReport.Journal {
    fileprivate var words: String {
        let changes = ZoneReport.count(changeCount, "change") + ", \(size) octets"
        return changes + (oldestSerial.map { ", from serial \($0) on" } ?? "")
    }
}

extension ZoneReport.Transfer {
    fileprivate var rows: [[String]] {
        var rows: [[String]] = []
        if let completed {
            rows.append(
                [
                    "transfer",
                    (primary.map { "from \($0), " } ?? "") + "good at \(ZoneReport.text(ofTime: completed))",
                ])
        } else {
            rows.append(["transfer", "none yet"])
        }
        if let failure { rows.append(["", "failed since: \(failure)"]) }
        if let nextRefresh { rows.append(["", "next at \(ZoneReport.text(ofTime: nextRefresh))"]) }
        if let expiry { rows.append(["", "expires at \(ZoneReport.text(ofTime: expiry))"]) }
        return rows
    }
}

extension ZoneReport.Secondary {
    fileprivate var words: String {
        var parts = [address, serial.map { "serial \($0)" } ?? "not heard of yet"]
        if let heard { parts.append("heard at \(ZoneReport.text(ofTime: heard))") }
        if let lag { parts.append(lag == 0 ? "up to date" : "\(lag) s behind") }
        return parts.joined(separator: ", ")
    }
}

extension ZoneDifference {
    /// Prints what an import changes, and what comes of it.
    static func print(
        of zone: DomainName, isTrial: Bool,
        _ change: (ZoneAdministration.Output) throws -> ZoneDifference
    ) throws {
        let difference = try change { text in Swift.print(text, terminator: "") }
        guard !difference.isEmpty else {
            return Swift.print("; \(zone) is so already, serial \(difference.oldSerial)")
        }
        Swift.print(
            "; \(zone) \(isTrial ? "would go" : "went") from serial \(difference.oldSerial) to \(difference.newSerial), "
                + "\(difference.removedCount) removed, \(difference.addedCount) added")
    }
}
