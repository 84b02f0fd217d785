"""The stage: a scripted authoritative server in a thread of the check, which counts what it is asked.

A script is a function for all names below a suffix: it takes a `Query` and gives what is sent, as a list of replies in their order. A reply is
a `Reply`, raw octets, or a pair of a delay in seconds and one of these. No reply is silence.
"""

import asyncio
import struct
import subprocess
import threading
import time
from dataclasses import dataclass

from .. import name, rdata, wire
from ..odd_answers import NXDOMAIN, Reply, empty

TOP = name.parse("attack.biz.")
# Addresses that the box's hosts do not use: all of them are here, none is listened on until it is opened.
SPARE = ("185.7.0.0/16", "10.53.0.0/16", "192.168.77.0/24")
SOA = rdata.compile("SOA", "ns1.attack.biz. hostmaster.attack.biz. 1 7200 3600 1209600 60")


@dataclass
class Seen:
    """One packet of the resolver."""
    at: float
    address: str
    source: tuple
    qname: tuple
    qtype: str
    id: int
    over_tcp: bool
    payload: int  # that the resolver offers; 0 without EDNS


class Query:
    def __init__(self, message, address, source, over_tcp, zone):
        self.message, self.address, self.source, self.over_tcp, self.zone = message, address, source, over_tcp, zone
        self.qname, self.qtype = name.lower(message.qname), rdata.type_of(message.qtype)

    @property
    def limit(self):
        return 65535 if self.over_tcp else min(1232, self.message.edns[0]) if self.message.edns else 512

    def reply(self, rcode=0, flags=wire.QR | wire.AA, **sections):
        made = empty(self, rcode, flags)
        for section, records in sections.items():
            setattr(made, section, records)
        return made

    def answer(self, *records, ttl=3600, **sections):
        """Pairs of type and text, at the name that was asked."""
        return self.reply(answer=[record(self.message.qname, *pair, ttl) for pair in records], **sections)

    def nothing(self, rcode=0):
        return self.reply(rcode, authority=[(self.zone, "SOA", 60, SOA)])

    def denial(self):
        return self.nothing(NXDOMAIN)

    def referral(self, cut, servers, glue=(), ttl=3600):
        """`servers` are names; `glue` pairs of a name and an address."""
        cut = name.parse(cut) if isinstance(cut, str) else cut
        return self.reply(flags=wire.QR, authority=[record(cut, "NS", server, ttl) for server in servers],
                          additional=[record(owner, "A", address, ttl) for owner, address in glue])


def label_of(query, suffix):
    """The label just below `suffix`."""
    return query.qname[len(query.qname) - len(name.parse(suffix)) - 1].decode()


def record(owner, type_text, text, ttl=3600):
    owner = name.parse(owner) if isinstance(owner, str) else owner
    return owner, type_text, ttl, rdata.compile(type_text, text)


class Stage:
    def __init__(self, address):
        self.main, self._scripts, self._seen, self._open = address, {}, [], {}
        for block in SPARE:
            subprocess.run(["ip", "route", "replace", "local", block, "dev", "lo"], check=True)
        self._loop = asyncio.new_event_loop()
        threading.Thread(target=self._loop.run_forever, daemon=True).start()
        self.open(address)

    def open(self, address, tcp=True):
        """Listens on one more address."""
        if address not in self._open:
            self._open[address] = asyncio.run_coroutine_threadsafe(self._listen(address, tcp), self._loop).result()
        return address

    async def _listen(self, address, tcp):
        endpoint, _ = await self._loop.create_datagram_endpoint(lambda: _Datagrams(self, address), local_addr=(address, 53))
        if not tcp:
            return [endpoint]
        return [endpoint, await asyncio.start_server(lambda reader, writer: self._stream(address, reader, writer), address, 53, backlog=512)]

    def close(self, address):
        """Listens there no more: others may want to."""
        for listener in self._open.pop(address):
            self._loop.call_soon_threadsafe(listener.close)

    def on(self, suffix, script, zone=TOP):
        """From now on `script` answers for what is below `suffix`; `zone` is whose SOA stands in denials."""
        suffix, zone = name.parse(suffix), name.parse(zone) if isinstance(zone, str) else zone
        self._scripts[suffix] = (lambda query: script(query) if query.qname != suffix else [query.nothing()], zone)

    def delegate(self, cut, address, script, tcp=True, ttl=3600):
        """The main server refers to `address` for what is at and below `cut`, and there `script` answers for what is below."""
        server, apex = f"ns.{cut}", name.parse(cut)
        self.open(address, tcp)

        def either(query):
            if query.address == self.main:
                return [query.referral(cut, [server], [(server, address)], ttl)]
            return [query.nothing()] if query.qname in (apex, name.parse(server)) else script(query)

        self._scripts[apex] = (either, apex)

    def refer(self, cut, answer):
        """At and below `cut` the main server gives what `answer` makes of a query."""
        self._scripts[name.parse(cut)] = (answer, TOP)

    def seen(self, suffix, since=0, **wanted):
        """What came for names below `suffix`, with these values."""
        below = name.parse(suffix)
        return [packet for packet in list(self._seen) if packet.at >= since and name.is_below(packet.qname, below)
                and all(getattr(packet, word) == value for word, value in wanted.items())]

    def count(self, suffix, since=0, **wanted):
        return len(self.seen(suffix, since, **wanted))

    def _respond(self, packet, address, source, over_tcp):
        """Pairs of a delay and octets."""
        try:
            message = wire.parse(packet)
        except ValueError:
            return []
        if message.qname is None:
            return []
        qname = name.lower(message.qname)
        self._seen.append(Seen(time.monotonic(), address, source[:2], qname, rdata.type_of(message.qtype), message.id, over_tcp,
                               message.edns[0] if message.edns else 0))
        script, zone = next((self._scripts[suffix] for suffix in name.ancestors(qname) if suffix in self._scripts), (_nothing, TOP))
        query = Query(message, address, source, over_tcp, zone)
        replies = [reply if isinstance(reply, tuple) else (0, reply) for reply in script(query)]
        return [(delay, reply.compose(query.limit) if isinstance(reply, Reply) else reply) for delay, reply in replies]

    async def _stream(self, address, reader, writer):
        source = writer.get_extra_info("peername")
        try:
            while True:
                length, = struct.unpack("!H", await asyncio.wait_for(reader.readexactly(2), 10))
                packet = await asyncio.wait_for(reader.readexactly(length), 10)
                for delay, reply in self._respond(packet, address, source, True):
                    await asyncio.sleep(delay)
                    writer.write(struct.pack("!H", len(reply)) + reply)
                await writer.drain()
        except (asyncio.IncompleteReadError, TimeoutError, ConnectionError):
            pass
        finally:
            writer.close()


class _Datagrams(asyncio.DatagramProtocol):
    def __init__(self, stage, address):
        self.stage, self.address = stage, address

    def connection_made(self, transport):
        self.transport = transport

    def datagram_received(self, packet, source):
        for delay, reply in self.stage._respond(packet, self.address, source, False):
            if delay:
                self.stage._loop.call_later(delay, self.transport.sendto, reply, source)
            else:
                self.transport.sendto(reply, source)


def _nothing(query):
    return [query.nothing()]
