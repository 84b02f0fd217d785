/// Reads a master file.
public struct MasterFileReader {
    public static let maximumIncludeDepth = 16
    public static let maximumGeneratedRecords = 65_536
}
