/// The queries under way: who asked what when. The place of a query in the table is its ID.
///
/// Places are handed out in turn, so that an ID comes back as late as it can, and lie in a list in the order of sending, in
/// which time-outs come.
struct QueryTable {
    struct Entry {
        /// When the query should have been sent, and when it was: monotonic nanoseconds.
        var due: Int64 = 0
        var sent: Int64 = 0
        /// What it asks (`QuerySource`).
        var number: UInt64 = 0
        var mark: UInt32 = 0
        /// Counts the queries that had this place before.
        var generation: UInt32 = 0
        /// Which connection it went over; -1: the place is free.
        var connection: Int32 = -1
        /// The neighbours in the order of sending; -1: none.
        fileprivate var older: Int32 = -1
        fileprivate var newer: Int32 = -1
        /// Over HTTP: the stream.
        var stream: Int32 = 0
        var questionLength: UInt16 = 0
        /// Over HTTP: what of the answer came before its end.
        var status: UInt16 = 0
        var responseCode: Int16 = -1
        /// Octets of a body by POST that are in frames.
        var bodySent: UInt16 = 0

        var isFree: Bool { connection < 0 }
    }

    private var entries: [Entry]
    private(set) var count = 0
    private var cursor = 0
    private var oldestPlace: Int32 = -1
    private var newestPlace: Int32 = -1

    /// One for each ID.
    static let capacity = 1 << 16

    init() { entries = Array(repeating: Entry(), count: Self.capacity) }

    subscript(place: Int) -> Entry {
        @inline(__always) get { entries[place] }
        @inline(__always) _modify { yield &entries[place] }
    }

    /// The place of the query that was sent before all others.
    var oldest: Int? { oldestPlace < 0 ? nil : Int(oldestPlace) }
    var newest: Int? { newestPlace < 0 ? nil : Int(newestPlace) }

    func older(than place: Int) -> Int? {
        let older = entries[place].older
        return older < 0 ? nil : Int(older)
    }

    /// Takes a place; nil when the table is as full as it may be.
    @inline(__always)
    mutating func add(connection: Int, due: Int64, sent: Int64) -> Int? {
        guard count < LoadLimits.inFlight else { return nil }
        // Ends because a tenth of all places is free.
        while !entries[cursor].isFree { cursor = (cursor + 1) & (Self.capacity - 1) }
        let place = cursor
        cursor = (cursor + 1) & (Self.capacity - 1)
        let generation = entries[place].generation &+ 1
        entries[place] = Entry(
            due: due, sent: sent, generation: generation, connection: Int32(truncatingIfNeeded: connection),
            older: newestPlace)
        if newestPlace >= 0 {
            entries[Int(newestPlace)].newer = Int32(truncatingIfNeeded: place)
        } else {
            oldestPlace = Int32(truncatingIfNeeded: place)
        }
        newestPlace = Int32(truncatingIfNeeded: place)
        count += 1
        return place
    }

    /// Frees a place that is taken.
    @inline(__always)
    mutating func remove(_ place: Int) {
        let entry = entries[place]
        guard !entry.isFree else { return }
        entries[place].connection = -1
        if entry.older >= 0 {
            entries[Int(entry.older)].newer = entry.newer
        } else {
            oldestPlace = entry.newer
        }
        if entry.newer >= 0 {
            entries[Int(entry.newer)].older = entry.older
        } else {
            newestPlace = entry.older
        }
        count -= 1
    }
}
