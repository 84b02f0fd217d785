/// BIND's `$GENERATE range owner [ttl] [class] type data`: one record for each number of the range.
///
/// `$` is the number; `${offset,width,base}` the number plus offset, padded with zeros to a width, in base `d`, `o`,
/// `x`, `X`, or as the reversed nibbles `n`, `N` of `ip6.arpa`; `$$` and `\$` are a dollar sign. Data of several fields
/// may stand in quotes as one, as BIND has it, or plainly.
struct RecordGenerator {
    private let template: [UInt8]
    private var value: UInt32
    private let last: UInt32
    private let step: UInt32
    private var isDone = false
    private let place: TextPlace

    /// Reads the words behind `$GENERATE`.
    init(_ reader: inout EntryReader, at place: TextPlace) throws(TextError) {
        self.place = place
        let what = "a range as 1-10 or 1-10/2"
        let word = try reader.next(what)
        guard let range = Self.range(reader.entry[word]) else { throw reader.error(.malformed(what), word) }
        (value, last, step) = range
        guard (last - value) / step < MasterFileReader.maximumGeneratedRecords else {
            throw reader.error(.tooManyGenerated, word)
        }
        template = try Self.template(&reader)
    }

    /// `first-last[/step]`, each at most 2^31 - 1.
    private static func range(_ text: ArraySlice<UInt8>) -> (UInt32, UInt32, UInt32)? {
        let parts = text.split(separator: UInt8(ascii: "/"), maxSplits: 1, omittingEmptySubsequences: false)
        let ends = text.prefix { $0 != UInt8(ascii: "/") }
            .split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
        guard ends.count == 2, let first: UInt32 = DecimalText.number(ends[0]),
            let last: UInt32 = DecimalText.number(ends[1]), first <= last, last <= 0x7fff_ffff
        else { return nil }
        guard parts.count == 2 else { return (first, last, 1) }
        guard let step: UInt32 = DecimalText.number(parts[1]), (1...0x7fff_ffff).contains(step) else {
            return nil
        }
        return (first, last, step)
    }

    /// The rest of the entry as one line again.
    private static func template(_ reader: inout EntryReader) throws(TextError) -> [UInt8] {
        let owner = try reader.next("an owner name")
        var words = [owner]
        var hasType = false
        var template: [UInt8] = []
        while let word = reader.peek {
            words.append(word)
            reader.skip()
        }
        for (index, word) in words.enumerated() {
            if index > 0 { template.append(UInt8(ascii: " ")) }
            // The last word is all of the data when the type stands right before it.
            let isWholeData = hasType && index == words.count - 1
            hasType = index > 0 && RecordType(octets: reader.entry[word]) != nil && !isWholeData
            let isString = word.isQuoted && !isWholeData
            if isString { template.append(UInt8(ascii: "\"")) }
            template += reader.entry[word]
            if isString { template.append(UInt8(ascii: "\"")) }
        }
        return template
    }

    /// Nil behind the last.
    mutating func next(in context: inout RecordContext) throws(TextError) -> Record? {
        guard !isDone else { return nil }
        let line = try self.line()
        if last - value >= step { value += step } else { isDone = true }
        do throws(TextError) {
            var scanner = EntryScanner(line)
            var entry = Entry()
            _ = try scanner.next(into: &entry)
            entry.startsWithBlank = false
            return try context.record(entry)
        } catch {
            // The place is one in the line that was made, so that is shown.
            let shown = line.prefix(80).map { (0x20...0x7e).contains($0) ? $0 : UInt8(ascii: "?") }
            throw TextError(error.code, String(decoding: shown, as: UTF8.self), at: place)
        }
    }

    private func line() throws(TextError) -> [UInt8] {
        var line: [UInt8] = []
        var index = 0
        while index < template.count {
            let octet = template[index]
            index += 1
            switch octet {
            case UInt8(ascii: "\\"):
                line.append(octet)
                guard index < template.count else { throw TextError(.badEscape, at: place) }
                line.append(template[index])
                index += 1
            case UInt8(ascii: "$"):
                try substitute(at: &index, into: &line)
            default:
                line.append(octet)
            }
            guard line.count <= Entry.maximumLength else { throw TextError(.entryTooLong, at: place) }
        }
        return line
    }

    /// What the dollar sign before `index` stands for.
    private func substitute(at index: inout Int, into line: inout [UInt8]) throws(TextError) {
        let next = index < template.count ? template[index] : 0
        if next == UInt8(ascii: "$") {
            index += 1
            line += "\\$".utf8
            return
        }
        guard next == UInt8(ascii: "{") else {
            line += String(value).utf8
            return
        }
        let end = template[index...].firstIndex(of: UInt8(ascii: "}"))
        guard let end, let number = Modifier(template[(index + 1)..<end])?.text(value) else {
            let shown = template[(index - 1)...].prefix(40).filter { (0x20...0x7e).contains($0) }
            throw TextError(
                .malformed("${offset,width,base}"), String(decoding: shown, as: UTF8.self), at: place)
        }
        line += number
        index = end + 1
    }

    /// What stands between the braces.
    private struct Modifier {
        /// A name has 255 octets, a character-string as well.
        private static let maximumWidth = 255

        private let offset: Int64
        private let width: Int
        private let base: UInt8

        init?(_ text: ArraySlice<UInt8>) {
            let parts = text.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false)
            guard let first = parts.first, parts.count <= 3 else { return nil }
            let isNegative = first.first == UInt8(ascii: "-")
            let digits = isNegative || first.first == UInt8(ascii: "+") ? first.dropFirst() : first
            guard let number: Int32 = DecimalText.number(digits) else { return nil }
            offset = isNegative ? -Int64(number) : Int64(number)
            if parts.count > 1 {
                guard let given: Int = DecimalText.number(parts[1]), given <= Self.maximumWidth else {
                    return nil
                }
                width = given
            } else {
                width = 0
            }
            base = parts.count > 2 ? parts[2].first ?? 0 : UInt8(ascii: "d")
            guard parts.count < 3 || parts[2].count == 1 else { return nil }
        }

        /// Nil for a negative number or an unknown base.
        func text(_ value: UInt32) -> [UInt8]? {
            let number = Int64(value) + offset
            guard number >= 0 else { return nil }
            let digits: String
            switch base {
            case UInt8(ascii: "d"): digits = String(number)
            case UInt8(ascii: "o"): digits = String(number, radix: 8)
            case UInt8(ascii: "x"): digits = String(number, radix: 16)
            case UInt8(ascii: "X"): digits = String(number, radix: 16, uppercase: true)
            case UInt8(ascii: "n"): return nibbles(String(number, radix: 16))
            case UInt8(ascii: "N"): return nibbles(String(number, radix: 16, uppercase: true))
            default: return nil
            }
            return repeatElement(48, count: max(0, width - digits.utf8.count)) + Array(digits.utf8)
        }

        /// Digits from the lowest, with dots between; the width counts the dots.
        private func nibbles(_ digits: String) -> [UInt8] {
            let count = max(digits.utf8.count, (width + 1) / 2)
            let all = Array(digits.utf8.reversed()) + repeatElement(48, count: count - digits.utf8.count)
            return Array(all.map { [$0] }.joined(separator: [UInt8(ascii: ".")]))
        }
    }
}
