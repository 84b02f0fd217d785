"""The client: asks many questions at once over UDP, takes TC to TCP, never repeats, and checks that replies fit their questions."""

import asyncio
import random
import socket
import struct
import time
from dataclasses import dataclass

from . import rdata, wire


@dataclass(slots=True)
class Outcome:
    """What came back: `rcode` is NO-ANSWER when nothing did, and BAD-ANSWER when what came was no reply to the question."""
    rcode: str
    answer: list
    seconds: float
    over_tcp: bool = False
    trouble: str = ""
    reply: wire.Message = None


def ask_all(questions, port, *, address="127.0.0.1", in_flight=100, patience=6, mixed_case=True, flags=0, edns_flags=0):
    """Outcomes in the order of the questions. Anything with a `qname` and a `qtype` is a question."""
    manner = dict(server=(address, port), patience=patience, mixed_case=mixed_case, flags=flags, edns_flags=edns_flags)
    return asyncio.run(_ask_all(list(questions), in_flight, manner))


async def _ask_all(questions, in_flight, manner):
    outcomes, turns = [None] * len(questions), iter(range(len(questions)))

    async def worker():
        for index in turns:
            outcomes[index] = await _ask(questions[index], **manner)

    await asyncio.gather(*(worker() for _ in range(in_flight)))
    return outcomes


async def _ask(question, server, patience, mixed_case, flags, edns_flags):
    qname = _mix(question.qname) if mixed_case else question.qname
    qtype = rdata.number_of(question.qtype)
    query = wire.compose_query(random.getrandbits(16), qname, qtype, flags=flags, edns_flags=edns_flags)
    begun, over_tcp = time.monotonic(), False
    try:
        async with asyncio.timeout(patience):
            packet = await _over_udp(query, server)
            if len(packet) > 2 and packet[2] & 2:
                over_tcp, packet = True, await _over_tcp(query, server)
        seconds = time.monotonic() - begun
        reply = wire.parse(packet)
    except TimeoutError:
        return Outcome("NO-ANSWER", [], patience, over_tcp, f"nothing within {patience} s")
    except OSError as error:
        return Outcome("NO-ANSWER", [], time.monotonic() - begun, over_tcp, str(error))
    except (ValueError, EOFError) as error:
        return Outcome("BAD-ANSWER", [], time.monotonic() - begun, over_tcp, str(error))
    trouble = _misfit(reply, packet, query, len(packet) > 1232 and not over_tcp)
    if trouble:
        return Outcome("BAD-ANSWER", [], seconds, over_tcp, trouble)
    return Outcome(reply.rcode, sorted(set(map(str, reply.answer))), seconds, over_tcp, reply=reply)


def _misfit(reply, packet, query, too_large):
    end_of_question = len(query) - 11  # the query ends with an OPT of 11 octets
    if packet[:2] != query[:2]:
        return "another ID"
    if packet[12:end_of_question] != query[12:end_of_question]:
        return "the question did not come back as it was sent"
    if not reply.flags & wire.QR or not reply.flags & wire.RA or not reply.flags & wire.RD:
        return f"flags {reply.flags:#06x}: QR, RD and RA should be set"
    if reply.edns is None:
        return "no OPT in the reply to a query with one"
    return "larger than the 1232 octets offered" if too_large else ""


def _mix(qname):
    """Random case, as a careful stub sends it: the reply must repeat it."""
    return tuple(bytes(octet ^ 32 if 65 <= octet & 0xDF <= 90 and random.getrandbits(1) else octet for octet in label) for label in qname)


async def _over_udp(query, server):
    loop = asyncio.get_running_loop()
    family = socket.AF_INET6 if ":" in server[0] else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK) as endpoint:
        endpoint.connect(server)
        endpoint.send(query)
        while True:
            packet = await loop.sock_recv(endpoint, 65535)
            if packet[:2] == query[:2]:
                return packet


async def _over_tcp(query, server):
    reader, writer = await asyncio.open_connection(*server)
    try:
        writer.write(struct.pack("!H", len(query)) + query)
        length, = struct.unpack("!H", await reader.readexactly(2))
        return await reader.readexactly(length)
    finally:
        writer.close()
