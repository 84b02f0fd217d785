/// What carries queries to the server, and answers back.
protocol Carrier: AnyObject {
    /// Opens everything. Comes back when queries can be sent.
    func open() throws(LoadFailure)
    /// Sends up to so many queries: how many were sent.
    func send(_ count: Int) -> Int
    /// Does what a ready socket asks for.
    func handle(_ event: Poller.Event)
    /// A query was not answered in time.
    func noteLoss(_ query: QueryTable.Entry)
    /// Does what is due by the clock, once a turn.
    func maintain() throws(LoadFailure)
    /// The moment at which there is something to maintain; nil: not before something comes.
    var nextChore: Int64? { get }
}
