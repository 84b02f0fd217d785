"""One question over every transport: the answers are the same to the octet but for what a transport adds.

Left out of the comparison are the ID, the options PADDING, TCP keepalive and COOKIE, and a second of difference in a TTL.
"""

import itertools
import random
import struct

from .. import name, rdata, stub, wire
from ..clients import front, wires

PER_SHAPE = 2
PATIENCE = 12
TRIES = 3  # what expires just between two answers is the same the next time
COOKIE, KEEPALIVE, PADDING, SUBNET, NSID = 10, 11, 12, 8, 3
TRANSPORTS_OWN = (COOKIE, KEEPALIVE, PADDING)


def check(box, verdict):
    if box.kind != "homing":
        verdict.skip(f"{box.kind} is not asked encrypted here")
        return
    resolver = front.open_front(box, extra=front.IDENTITY + "answers:\n  rotation: no\n")
    try:
        questions = sample(box.net)
        for _ in range(2):  # what fails is remembered, too
            stub.ask_all(questions, resolver.port, patience=PATIENCE)
        ways = wires.open_all(resolver.port, front.authority(box, resolver))
        queries = [compose(question, manner) for question, manner in zip(questions, itertools.cycle(MANNERS))]
        queries += [(f"[{title}]", message) for title, message in odd_queries(questions[0].qname)]
        truncated = sum(not _compare(verdict, ways, title, message) for title, message in queries)
        verdict.expect(truncated < len(queries) / 4, f"{len(queries)} queries in {len(ways)} ways; {truncated} answers are too large for UDP")
        for way in ways.values():
            way.close()
    finally:
        box.drop_resolver()


def sample(net):
    """Questions of every shape: those that are answered, and those whose failure is a finding and not a matter of time."""
    chosen, counts = [], {}
    for question in [*net.questions, *net.dnssec_questions]:
        if question.kind == "normal" and counts.setdefault(question.shape, 0) < PER_SHAPE:
            counts[question.shape] += 1
            chosen.append(question)
    return chosen


# What clients add to a question: flags, flags of EDNS, options; None for no EDNS at all.
MANNERS = (("plain", 0, None, b""), ("EDNS", 0, 0, b""), ("DO", 0, wire.DO, b""), ("AD", wire.AD, 0, b""), ("CD", wire.CD, wire.DO, b""),
           ("padding", 0, 0, struct.pack("!HH60x", PADDING, 60)), ("keepalive", 0, 0, struct.pack("!HH", KEEPALIVE, 0)),
           ("cookie", 0, 0, struct.pack("!HH8s", COOKIE, 8, b"12345678")), ("unknown option", 0, 0, struct.pack("!HH3s", 65001, 3, b"abc")),
           ("all options", wire.AD, wire.DO, struct.pack("!HHHH8sHH9x", KEEPALIVE, 0, COOKIE, 8, b"12345678", PADDING, 9)))


def compose(question, manner):
    title, flags, edns_flags, options = manner
    message = wire.compose_query(0, question.qname, rdata.number_of(question.qtype), flags=flags, payload=0)
    if edns_flags is not None:
        message = with_edns(message, options, edns_flags)
    return f"[{question.shape}] {name.show(question.qname)} {question.qtype}, {title}", message


def with_edns(message, options=b"", flags=0, version=0, payload=1232, count=1):
    opt = struct.pack("!BHHBBHH", 0, wire.TYPE_OPT, payload, 0, version, flags, len(options)) + options
    return message[:10] + struct.pack("!H", count) + message[12:] + opt * count


def odd_queries(qname):
    """Rows of the list of odd input: what is answered at all is answered alike everywhere."""
    plain = wire.compose_query(0, qname, 1, payload=0)
    head = lambda flags, *counts: struct.pack("!6H", 0, flags, *counts)
    question = plain[12:]
    ask = lambda number, klass=1: plain[:-4] + struct.pack("!HH", number, klass)
    option = lambda code, octets, length=None: struct.pack("!HH", code, len(octets) if length is None else length) + octets
    yield "no room for a question", head(wire.RD, 1, 0, 0, 0)
    yield "the question is cut short", plain[:-3]
    yield "opcode IQUERY", head(wire.RD | 1 << 11, 1, 0, 0, 0) + question
    for opcode in (2, 3, 7, 15):
        yield f"opcode {opcode}", head(wire.RD | opcode << 11, 1, 0, 0, 0) + question
    yield "no question", head(wire.RD, 0, 0, 0, 0)
    yield "no question, a cookie", with_edns(head(wire.RD, 0, 0, 0, 0), option(COOKIE, b"12345678"))
    yield "two questions", head(wire.RD, 2, 0, 0, 0) + question * 2
    yield "an answer in the query", head(wire.RD, 1, 1, 0, 0) + question + struct.pack("!HHHIH4s", 0xC00C, 1, 1, 0, 4, b"1234")
    yield "TC", head(wire.RD | wire.TC, 1, 0, 0, 0) + question
    yield "Z", head(wire.RD | 0x40, 1, 0, 0, 0) + question
    yield "no RD", head(0, 1, 0, 0, 0) + question
    yield "class 5", ask(1, 5)
    yield "class ANY", ask(1, 255)
    yield "CHAOS", wire.compose_query(0, name.parse("version.bind."), 16, payload=0)[:-4] + struct.pack("!HH", 16, 3)
    for number in (41, 249, 250, 253, 254, 255, 65280):
        yield f"type {number}", ask(number)
    yield "IXFR without SOA", ask(251)
    yield "a pointer to itself", head(wire.RD, 1, 0, 0, 0) + b"\xc0\x0c\0\1\0\1"
    yield "a label of type 01", head(wire.RD, 1, 0, 0, 0) + b"\x41a\0\0\1\0\1"
    yield "EDNS version 1", with_edns(plain, version=1)
    yield "two OPTs", with_edns(plain, count=2)
    yield "an option that overruns", with_edns(plain, option(65001, b"ab", 9))
    yield "an unknown flag of EDNS", with_edns(plain, flags=0x4000)
    yield "a malformed subnet", with_edns(plain, option(SUBNET, b"\0\1\x21\0\1"))
    yield "NSID", with_edns(plain, option(NSID, b""))
    yield "a cookie of 9 octets", with_edns(plain, option(COOKIE, b"123456789"))
    yield "a cookie of 41 octets", with_edns(plain, option(COOKIE, b"1" * 41))
    yield "localhost", wire.compose_query(0, name.parse("localhost."), 1)
    yield "some.onion", wire.compose_query(0, name.parse("some.onion."), 1)
    yield "discovery", wire.compose_query(0, name.parse("_dns.resolver.arpa."), rdata.number_of("SVCB"))
    yield "octets after the message", plain + b"more"


def _compare(verdict, ways, title, message):
    """False if there is nothing to compare, since UDP has no room for it."""
    for _ in range(TRIES):
        replies, trouble = {}, ""
        for way, connection in ways.items():
            query = random.randbytes(2) + message[2:]
            try:
                octets = connection.ask(query)
                if way == "UDP" and octets[2] & 2:
                    return False
                replies[way] = canonical(octets)
                trouble = trouble or _misfit(way, query, octets, connection.max_age, replies[way])
            except (ValueError, EOFError, OSError) as error:
                replies[way] = None
                trouble = trouble or f"{way}: {error!r}"
        first = replies["UDP"]
        others = [way for way, reply in replies.items() if not trouble and not same(first, reply)]
        if not trouble and not others:
            break
    shown = f"{', '.join(others)} differ: {replies[others[0]][0].hex()} {replies[others[0]][1]} instead of {first[0].hex()} {first[1]}" if others else trouble
    verdict.count(not shown, f"{title}: {shown}")
    return True


def _misfit(way, query, octets, max_age, reply):
    if octets[:2] != query[:2]:
        return f"{way}: another ID"
    answers, smallest = struct.unpack_from("!H", octets, 6)[0], min(reply[1], default=0)
    if "HTTP" in way and answers and (max_age is None or max_age > min(reply[1][:answers])):
        return f"{way}: max-age {max_age} of TTLs {reply[1][:answers]}"  # RFC 8484 §5.1
    if "HTTP" in way and not answers and max_age is not None and max_age > smallest:
        return f"{way}: max-age {max_age} without an answer, of TTLs {reply[1]}"
    return ""


def same(one, other):
    return one[0] == other[0] and all(abs(mine - its) <= 1 for mine, its in zip(one[1], other[1]))


def canonical(message):
    """The message without what transports may change, and its TTLs. A message that is no message raises ValueError."""
    wire.parse(message)  # whole and well-formed
    octets, ttls, position = bytearray(message), [], 12
    octets[:2] = b"\0\0"
    questions, *counts = struct.unpack_from("!4H", message, 4)
    for _ in range(questions):
        position = wire.read_name(message, position)[1] + 4
    opt = None
    for _ in range(sum(counts)):
        start = wire.read_name(message, position)[1]
        number, _, ttl, length = struct.unpack_from("!HHIH", message, start)
        position = start + 10 + length
        if number == wire.TYPE_OPT:
            opt = (start + 8, position)
        else:
            ttls.append(ttl)
            octets[start + 4:start + 8] = bytes(4)
    if opt:
        kept = b"".join(_kept(message[opt[0] + 2:opt[1]]))
        octets[opt[0]:opt[1]] = struct.pack("!H", len(kept)) + kept
    return bytes(octets), ttls


def _kept(options):
    position = 0
    while position < len(options):
        code, length = struct.unpack_from("!HH", options, position)
        if code not in TRANSPORTS_OWN:
            yield options[position:position + 4 + length]
        position += 4 + length
