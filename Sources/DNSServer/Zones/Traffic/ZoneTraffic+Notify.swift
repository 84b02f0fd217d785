import DNSTransport
import DNSWire
import DNSZones
import Logging

/// Who follows the zones here: they are told of changes (RFC 1996 §3), and how far they are is noted.
extension ZoneTraffic {
    /// - Parameter isPublished: whether the zone has another version; otherwise only those are told who were not to be before.
    func tell(of zone: Zone, _ notified: [NotifyTarget], isPublished: Bool) {
        let known = targets[zone.apex] ?? []
        targets[zone.apex] = notified.isEmpty ? nil : notified
        guard let version = zone.version else {
            return known.isEmpty ? () : notifications.zoneRemoved(zone.apex)
        }
        let now = context.now.monotonic
        let told = isPublished ? notified : notified.filter { !known.contains($0) }
        if !told.isEmpty { notifications.zoneChanged(zone.apex, told, now: now) }
        // At a start, those who follow it have the version already, as far as anybody knows.
        guard isPublished else { return }
        lag.published(zone.apex, version.serial, to: notified.map(\.address.address), now: now)
    }

    func stopTelling(of apex: DomainName) {
        targets[apex] = nil
        notifications.zoneRemoved(apex)
        lag.zoneRemoved(apex)
    }

    func sendNotifies() {
        for order in notifications.takeDue(now: context.now.monotonic) {
            let id = makeID()
            guard let version = services.directory.table.zone(at: order.apex)?.version,
                let (octets, client) = request(NotifyMessage.request(version, id: id), order.target.key)
            else {
                notifications.failed(order.number, now: context.now.monotonic)
                continue
            }
            let exchange = makeExchange()
            sentNotifies[exchange] = SentNotify(order: order, id: id, client: client)
            context.send(
                exchange, message: octets, to: order.target.address, over: .udp, timeout: order.timeout)
        }
    }

    func received(
        _ octets: Span<UInt8>, to notify: SentNotify, _ exchange: ExchangeID
    ) -> ExchangeDisposition {
        var client = notify.client
        // What is not signed as it has to be may be anybody's.
        if case .failed = client?.verify(octets, wall: context.now.wall) { return .keepWaiting }
        guard let message = try? Message(parsing: octets),
            let code = NotifyMessage.reply(message, id: notify.id, apex: notify.order.apex)
        else { return .keepWaiting }
        sentNotifies[exchange] = nil
        if code != .noError {
            log.info("\(notify.order.target.address) answers NOTIFY of \(notify.order.apex) with \(code)")
        }
        notifications.answered(notify.order.number, code, now: context.now.monotonic)
        return .finished
    }

    /// What a client did that may be a secondary.
    func note(_ news: ZoneNews.FollowerNews, of follower: ZoneNews.Follower) {
        let now = context.now.monotonic
        lag.asked(follower.apex, by: follower.client, has: news.has, now: now)
        if let serial = news.transferred {
            lag.transferred(follower.apex, to: follower.client, serial, now: now)
        }
    }
}
