import Testing

@testable import LoadGenerator

@Suite struct QueryTableTests {
    @Test func `queries are listed in the order of sending, whatever goes in between`() {
        var table = QueryTable()
        let places = (0..<5).map { table.add(connection: 1, due: 0, sent: Int64($0)) ?? -1 }
        #expect(places == [0, 1, 2, 3, 4])
        table.remove(places[2])
        table.remove(places[0])
        #expect(table.count == 3)
        #expect(table.oldest == places[1])
        table.remove(places[4])
        #expect(table.newest == places[3])
        #expect(table.older(than: places[3]) == places[1])
        #expect(table.older(than: places[1]) == nil)
        table.remove(places[1])
        table.remove(places[3])
        #expect(table.oldest == nil)
        #expect(table.newest == nil)
        #expect(table.count == 0)
    }

    @Test func `an ID comes back only after all others, and says that it is used anew`() {
        var table = QueryTable()
        let first = table.add(connection: 0, due: 0, sent: 0) ?? -1
        let generation = table[first].generation
        table.remove(first)
        for _ in 1..<QueryTable.capacity {
            let place = table.add(connection: 0, due: 0, sent: 0) ?? -1
            #expect(place != first)
            table.remove(place)
        }
        #expect(table.add(connection: 0, due: 0, sent: 0) == first)
        #expect(table[first].generation == generation + 1)
    }

    @Test func `no more are under way than the limit, and none is given away twice`() {
        var table = QueryTable()
        var places: Set<Int> = []
        while let place = table.add(connection: 0, due: 0, sent: 0) { places.insert(place) }
        #expect(places.count == LoadLimits.inFlight)
        #expect(table.count == LoadLimits.inFlight)
        table.remove(17)
        #expect(table.add(connection: 0, due: 0, sent: 0) != nil)
        #expect(table.add(connection: 0, due: 0, sent: 0) == nil)
    }

    @Test func `to free a free place changes nothing`() {
        var table = QueryTable()
        _ = table.add(connection: 0, due: 0, sent: 0)
        table.remove(5)
        #expect(table.count == 1)
    }

    /// The table against a plain list.
    @Test func `a random history leaves the oldest first`() {
        var (table, model) = (QueryTable(), [Int]())
        var random = RandomNumbers(seed: 11)
        for _ in 0..<20_000 {
            if model.isEmpty || random.fraction() < 0.52 {
                if let place = table.add(connection: 0, due: 0, sent: 0) { model.append(place) }
            } else {
                table.remove(model.remove(at: Int(random.next() % UInt64(model.count))))
            }
            #expect(table.oldest == model.first)
            #expect(table.newest == model.last)
        }
        #expect(table.count == model.count)
    }
}
