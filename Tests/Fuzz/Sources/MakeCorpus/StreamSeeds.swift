/// Seeds of what reads streams: sizes of pieces, then messages with their lengths.
enum StreamSeeds {
    static let all: [[UInt8]] = [
        [0, 0] + frame(12) + frame(0) + frame(40),
        [0, 255] + frame(300) + frame(12),
        [2, 0, 1, 17] + frame(5) + frame(6) + frame(7) + [0],
        [1, 9, 99] + frame(600) + [2, 0, 1],
        [0, 3, 0xff, 0xff, 1, 2, 3],
    ]

    private static func frame(_ length: Int) -> [UInt8] {
        [UInt8(length >> 8), UInt8(length & 0xff)] + (0..<length).map { UInt8($0 & 0xff) }
    }
}
