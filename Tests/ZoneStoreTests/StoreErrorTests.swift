import Testing
import ZoneStore

@Suite struct StoreErrorTests {
    @Test func `says why`() { #expect("\(StoreError("no room"))" == "no room") }
}
