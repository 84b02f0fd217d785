/// Something that Homing does over and over, made to be measured: the same inputs in every run, and no clock.
public struct Workload: Sendable {
    /// Does it once, with the input of this number; says whether it came out as it should.
    public typealias Operation = (_ number: Int) -> Bool

    public let name: String
    /// How often it is done for one measurement: a multiple of its number of inputs, and enough that what happens now and
    /// then has its share.
    public let count: Int
    /// Makes the inputs, and whatever else is there before the first operation.
    public let prepare: @Sendable () throws -> Operation

    init(_ name: String, count: Int, prepare: @escaping @Sendable () throws -> Operation) {
        self.name = name
        self.count = count
        self.prepare = prepare
    }

    public static let all: [Workload] = messages + cache + service + signatures + zones
}

/// An input could not be made, which is a fault of the benchmarks.
struct InputError: Error {
    let what: String

    init(_ what: String) { self.what = what }
}
