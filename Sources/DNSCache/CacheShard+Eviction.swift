/// Who leaves when something comes.
///
/// Every change here happens under the shard's lock, so the work that one insertion may cause is bounded: it frees at most
/// the room of two of its own size in the small ring, and turns over at most `maximumMoves` blocks besides.
extension CacheShard {
    /// Past it, even a used block is given up.
    static let maximumMoves = 64

    /// Room for a block in a ring, and a slot for it in the index.
    mutating func makeRoom(_ length: Int, inMain: Bool, now: Int64) -> Int {
        var moves = Self.maximumMoves
        while index.isFull {
            if small.isEmpty {
                advanceMain(now: now, moves: &moves)
            } else {
                advanceSmall(now: now, moves: &moves)
            }
        }
        if inMain { return makeRoomInMain(length, now: now, moves: &moves) }
        while true {
            if let block = small.reserve(length) { return block }
            advanceSmall(now: now, moves: &moves)
        }
    }

    private mutating func makeRoomInMain(_ length: Int, now: Int64, moves: inout Int) -> Int {
        while true {
            if let block = main.reserve(length) { return block }
            advanceMain(now: now, moves: &moves)
        }
    }

    /// The oldest block of the small ring moves to the main ring or is given up.
    private mutating func advanceSmall(now: Int64, moves: inout Int) {
        let block = small.tail
        let header = header(block)
        if header.isLive {
            if let target = placeInMain(header, now: now, moves: &moves) {
                move(block, header, to: target)
            } else {
                giveUp(block, header)
                ghosts.insert(header.hash)
            }
        }
        small.dropTail(header.blockLength)
    }

    /// Nil for what the main ring should not take.
    private mutating func placeInMain(_ header: BlockHeader, now: Int64, moves: inout Int) -> Int? {
        guard !isPastStale(header, now) else { return nil }
        if header.frequency > 0, moves > 0 {
            moves -= 1
            return makeRoomInMain(header.blockLength, now: now, moves: &moves)
        }
        // While there is memory that nobody uses, nothing needs to be forgotten.
        dropUseless(now: now, moves: &moves)
        return index.isFull ? nil : main.reserve(header.blockLength)
    }

    /// Frees the oldest blocks of the main ring as long as they are dead or too old for any use.
    private mutating func dropUseless(now: Int64, moves: inout Int) {
        while moves > 0, !main.isEmpty {
            let oldest = header(main.tail)
            guard !oldest.isLive || isPastStale(oldest, now) else { return }
            moves -= 1
            advanceMain(now: now, moves: &moves)
        }
    }

    /// The oldest block of the main ring goes another round or is given up.
    private mutating func advanceMain(now: Int64, moves: inout Int) {
        let block = main.tail
        var header = header(block)
        main.dropTail(header.blockLength)
        guard header.isLive else { return }
        if header.frequency > 0, moves > 0, !isPastStale(header, now),
            let target = main.reserve(header.blockLength)
        {
            moves -= 1
            header.frequency -= 1
            move(block, header, to: target)
        } else {
            giveUp(block, header)
        }
    }

    private mutating func giveUp(_ block: Int, _ header: BlockHeader) {
        index.remove(header.hash, block)
        entryCount -= 1
        evictionCount += 1
    }

    private func isPastStale(_ header: BlockHeader, _ now: Int64) -> Bool {
        now - header.expiry > staleWindow
    }
}
