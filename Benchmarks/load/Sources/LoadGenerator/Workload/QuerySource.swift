import DNSWire

/// Draws questions, and writes them. Each has a number, by which it can be written again.
final class QuerySource {
    private let templates: QueryTemplates
    private let unseen: UnseenNames?
    private let zipf: ZipfDistribution?
    private let missShare: Double
    private var random: RandomNumbers
    /// Of the questions in turn.
    private var nextIndex: Int
    private var unseenCount: UInt64 = 0

    /// The mark of numbers that stand for names that nobody has asked for.
    private static let unseenBit: UInt64 = 1 << 63

    /// - Parameters:
    ///   - templates: of the questions of `work`, at least one unless all names are to be unseen.
    ///   - thread: threads begin at other questions and draw other numbers.
    init(_ work: QueryWork, _ templates: QueryTemplates, seed: UInt64, thread: (index: Int, count: Int))
        throws(LoadFailure)
    {
        guard templates.count > 0 || work.missShare >= 1 else { throw .noQuestions }
        self.templates = templates
        missShare = work.missShare
        zipf = work.zipf.map { ZipfDistribution(count: templates.count, exponent: $0) }
        random = RandomNumbers(seed: seed &+ UInt64(thread.index) << 40)
        nextIndex = templates.count / max(1, thread.count) * thread.index
        unseen =
            work.missShare > 0
            ? try UnseenNames(under: work.missSuffix, work.options, salt: random.next()) : nil
    }

    /// The number of the next question.
    @inline(__always)
    func next() -> UInt64 {
        if missShare > 0, missShare >= 1 || random.fraction() < missShare {
            unseenCount &+= 1
            return unseenCount | Self.unseenBit
        }
        if let zipf { return UInt64(zipf.next(using: &random) - 1) }
        let index = nextIndex
        nextIndex = index + 1 < templates.count ? index + 1 : 0
        return UInt64(index)
    }

    /// Writes a question to `buffer`; nil where it has no room.
    @inline(__always)
    func write(
        _ number: UInt64, id: UInt16, to buffer: UnsafeMutableBufferPointer<UInt8>
    ) -> ComposedQuery? {
        guard number & Self.unseenBit != 0 else {
            return unsafe templates.write(Int(number), id: id, to: buffer)
        }
        return unsafe unseen?.write(number & ~Self.unseenBit, id: id, to: buffer)
    }
}
