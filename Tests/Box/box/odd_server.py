"""The odd server: one small process with many addresses, each of which misbehaves in its own manner."""

import asyncio
import os
import struct

from . import odd_signed, wire  # the former for its manners
from .odd_answers import Reply, Request
from .odd_manners import MANNERS, NO_TCP, SLOW_SECONDS


class Seat:
    """One address: the zone and the manner behind it."""

    def __init__(self, zone, host, record):
        self.zone, self.host, self.record = zone, host, record
        self.delay = SLOW_SECONDS if host.manner == "slow" else 0

    def replies(self, packet, over_tcp, port):
        try:
            message = wire.parse(packet)
        except ValueError:
            return []
        if message.qname is None:
            return []
        if self.host.manner == "recorder":
            self.record.write(f"{port}\t{message.id}\t{int(over_tcp)}\n")
        limit = 65535 if over_tcp else min(1232, message.edns[0]) if message.edns else 512
        replies = MANNERS[self.host.manner](Request(message, self.zone, self.host, over_tcp))
        return [reply.compose(limit) if isinstance(reply, Reply) else reply for reply in replies]


class Datagrams(asyncio.DatagramProtocol):
    def __init__(self, seat):
        self.seat = seat

    def connection_made(self, transport):
        self.transport = transport

    def datagram_received(self, packet, source):
        for reply in self.seat.replies(packet, False, source[1]):
            asyncio.get_running_loop().call_later(self.seat.delay, self.transport.sendto, reply, source)


async def serve_stream(seat, reader, writer):
    try:
        while True:
            length, = struct.unpack("!H", await asyncio.wait_for(reader.readexactly(2), 10))
            packet = await asyncio.wait_for(reader.readexactly(length), 10)
            await asyncio.sleep(seat.delay)
            for reply in seat.replies(packet, True, writer.get_extra_info("peername")[1]):
                writer.write(struct.pack("!H", len(reply)) + reply)
            await writer.drain()
    except (asyncio.IncompleteReadError, TimeoutError, ConnectionError):
        pass
    finally:
        writer.close()


async def _serve(net, record, ready):
    loop = asyncio.get_running_loop()
    for zone in net.zones.values():
        for host in {*zone.ns, *zone.servers}:
            if host.daemon.kind != "odd":
                continue
            for address in host.addresses():
                seat = Seat(zone, host, record)
                await loop.create_datagram_endpoint(lambda seat=seat: Datagrams(seat), local_addr=(address, 53))
                if host.manner not in NO_TCP:
                    await asyncio.start_server(lambda reader, writer, seat=seat: serve_stream(seat, reader, writer), address, 53)
    ready.write_text("ready\n")
    await asyncio.Event().wait()


def start(net, directory):
    """Forks: the child serves until it is ended. Returns its process id; `directory/ready` appears when it listens."""
    child = os.fork()
    if child:
        return child
    log = os.open(directory / "log", os.O_CREAT | os.O_WRONLY | os.O_APPEND)
    os.dup2(log, 1)
    os.dup2(log, 2)
    status = 1
    try:
        with open(directory / "queries.tsv", "w", buffering=1) as record:
            asyncio.run(_serve(net, record, directory / "ready"))
    except BaseException:  # the child must not return into the parent's program
        import traceback
        traceback.print_exc()
    finally:
        os._exit(status)
