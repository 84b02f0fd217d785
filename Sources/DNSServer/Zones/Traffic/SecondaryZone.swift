import DNSTransport
import DNSWire
import DNSZones

/// A secondary zone: how it follows its primaries, and what is under way for it.
final class SecondaryZone {
    let zone: Zone
    /// Tells it from those that were here before it under the same name.
    let number: UInt64
    /// Whom it comes from; the machine names them by their places.
    let primaries: [PrimaryServer]
    var machine: SecondaryMachine

    /// What the machine wants that has not begun, as others are before it.
    var pending: Pending?
    /// What has begun.
    var exchange: ExchangeID?
    /// What was transferred and is not stored yet.
    var arrived: IncomingTransfer.Outcome?

    /// When the machine wants to be woken, as uptime in milliseconds.
    var wake: Int64 = .max
    /// The first of its places in the queue of those who are to be woken.
    var queuedWake: Int64?

    /// The place of the primary that was asked last.
    var primary: Int?
    /// What was logged last, so that a primary that is away is told of once.
    var reported: Reported?

    struct Reported: Equatable {
        var primary: Int?
        var failure: TransferFailure
    }

    enum Pending {
        case check(primary: Int, step: Int)
        case transfer(primary: Int, SecondaryMachine.Transfer, step: Int)
    }

    init(_ zone: Zone, number: UInt64, _ primaries: [PrimaryServer], _ machine: SecondaryMachine) {
        self.zone = zone
        self.number = number
        self.primaries = primaries
        self.machine = machine
    }

    var apex: DomainName { zone.apex }

    func server(_ primary: Int) -> PrimaryServer? {
        primaries.indices.contains(primary) ? primaries[primary] : nil
    }
}

extension PrimaryServer {
    /// How streams to it are.
    var transport: UpstreamTransport { encryption.map { .encrypted($0) } ?? .tcp }
}

/// One primary that is asked for its serial.
struct SerialCheck {
    let secondary: SecondaryZone
    let primary: Int
    let step: Int
    let server: PrimaryServer
    /// So many were made.
    var attempts = 0
    var isStream: Bool
    /// Of the present attempt.
    var id: UInt16 = 0
    var client: TransactionClient?
    /// What is wrong with what came, when nothing better comes.
    var failure = TransferFailure.timedOut
    var detail: TransactionFailure?

    init(_ secondary: SecondaryZone, primary: Int, step: Int, _ server: PrimaryServer) {
        self.secondary = secondary
        self.primary = primary
        self.step = step
        self.server = server
        isStream = server.encryption != nil
    }
}

/// A zone that comes in.
struct IncomingZone {
    let secondary: SecondaryZone
    let primary: Int
    let step: Int
    let reception: TransferReception
}

/// A NOTIFY that was sent.
struct SentNotify {
    let order: NotifySchedule.Order
    let id: UInt16
    let client: TransactionClient?
}
