"""What cannot be read: names and compression (RFC 9267) in replies and in queries, mutations of both, floods of EDNS options."""

import random
import struct
import time

from .. import name, rdata, wire
from . import client
from .bombs import Crowd
from .scene import EVIL, GOOD
from .stage import record

QNAME = name.wire(name.parse("www.parsed.attack.biz."))
IN_A = b"\0\1\0\1"


def run(scene):
    scene.stage.on("parsed.attack.biz.", lambda query: [query.answer(("A", GOOD))])
    for title, attack in (("malformed replies", replies), ("malformed queries", queries), ("mutated queries", mutated_queries),
                          ("mutated replies", mutated_replies), ("EDNS flood", options)):
        with scene.watched(title):
            attack(scene, title)


def entry(owner, kind, octets, length=None):
    return owner + struct.pack("!HHIH", rdata.number_of(kind), 1, 3600, len(octets) if length is None else length) + octets


def bad_records(end):
    """Answer sections that cannot be read; `end` is the offset at which they begin. Each also says a lie."""
    lie = entry(b"\xc0\x0c", "A", bytes(map(int, EVIL.split("."))))
    here = lambda distance=0: struct.pack("!H", 0xC000 | end + len(lie) + distance)
    start = end + 12  # of the RDATA of a record behind a pointer
    deep = b"\xc0\x0c" + b"".join(struct.pack("!H", 0xC000 | start + 2 * index) for index in range(200))
    return {
        "pointer to itself": lie + entry(here(), "A", bytes(4)),
        "pointers to each other": lie + entry(b"\1a" + here(4) + here(), "A", bytes(4)),
        "pointer forward": lie + entry(here(20), "A", bytes(4)) + b"\0" * 20,
        "pointer past the end": lie + entry(b"\xff\xff", "A", bytes(4)),
        "pointer into the header": lie + entry(b"\xc0\x00", "A", bytes(4)),
        "half a pointer": lie + b"\xc0",
        "label type 01": lie + entry(b"\x41a\0", "A", bytes(4)),
        "label type 10": lie + entry(b"\x81a\0", "A", bytes(4)),
        "label past the end": lie + b"\x3fabc",
        "name without end": lie + b"\1a" * 5,
        "name of 300 octets": lie + entry(b"\x3b" + b"a" * 59 + (b"\x3b" + b"a" * 59) * 4 + b"\0", "A", bytes(4)),
        "name of 300 octets by a pointer": lie + entry(b"\xc0\x0c", "CNAME", (b"\x3b" + b"a" * 59) * 4 + b"\xc0\x0c"),
        "alias that is a pointer to itself": entry(b"\xc0\x0c", "CNAME", struct.pack("!H", 0xC000 | end + 12)),
        "alias longer than its RDATA": entry(b"\xc0\x0c", "CNAME", b"\3www\4evil\0", 5),
        "alias shorter than its RDATA": entry(b"\xc0\x0c", "CNAME", b"\1a\0" + b"junk"),
        "alias without RDATA": entry(b"\xc0\x0c", "CNAME", b""),
        "address of 3 octets": entry(b"\xc0\x0c", "A", b"\x17\x42\x42"),
        "address of 5 octets": entry(b"\xc0\x0c", "A", b"\x17\x42\x42\x42\x42"),
        "address of no octets": entry(b"\xc0\x0c", "A", b""),
        "RDATA past the end": entry(b"\xc0\x0c", "A", b"\x17\x42\x42\x42", 400),
        "RDATA of 65535": entry(b"\xc0\x0c", "A", b"\x17\x42\x42\x42", 65535),
        "mail exchanger without a name": lie + entry(b"\xc0\x0c", "MX", b"\0\1"),
        "SOA that is cut": lie + entry(b"\xc0\x0c", "SOA", b"\0\0\0\0"),
        "text past its RDATA": lie + entry(b"\xc0\x0c", "TXT", b"\x20abc"),
        "record without fields": lie + b"\xc0\x0c\0\1",
        "OPT option past the end": lie + b"\0\0\x29\4\xd0\0\0\0\0\0\4\0\3\0\xff",
        "two OPTs": lie + b"\0\0\x29\4\xd0\0\0\0\0\0\0" * 2,
    }, deep


def replies(scene, title):
    """Each shape of reply that cannot be read, and then the good one."""
    words = list(bad_records(0)[0]) + ["200 pointers to pointers"]

    def script(query):
        good = query.answer(("A", GOOD))
        index = int(query.qname[0].decode().partition("-")[2])
        return [good] if query.over_tcp else [spoiled(query, words[index]), (0.01, good)]

    def spoiled(query, word):
        question = name.wire(query.message.qname) + struct.pack("!HH", query.message.qtype, 1)
        shapes, deep = bad_records(12 + len(question))
        body = shapes.get(word) or entry(b"\xc0\x0c", "TXT", deep) + entry(deep[-2:], "A", bytes(4))
        in_additional = word.startswith(("OPT", "two OPTs"))
        counts = (1, 1, 0, 2 if word == "two OPTs" else 1) if in_additional else (1, 2 if word not in shapes or body[12:16] == bytes(map(int, EVIL.split("."))) else 1, 0, 0)
        return struct.pack("!HH4H", query.message.id, 0x8400, *counts) + question + body

    scene.stage.delegate("bad.attack.biz.", "185.7.0.30", script)
    told = {word: scene.says(f"shape-{index}.bad.attack.biz.") for index, word in enumerate(words)}
    scene.equal({word: text for word, text in told.items() if text != f"NOERROR {GOOD}"}, {}, f"{title}: {len(words)} shapes, each before the good reply; wrong answers")
    stored = {word: scene.cached(f"shape-{index}.bad.attack.biz.") for index, word in enumerate(words)}
    scene.equal({word: text for word, text in stored.items() if text != f"NOERROR {GOOD}"}, {}, f"{title}: cached wrongly afterwards")
    packets = max(scene.stage.count(f"shape-{index}.bad.attack.biz.") for index in range(len(words)))
    scene.most(packets, 3, f"{title}: packets upstream for one name")
    scene.stage.delegate("worse.attack.biz.", "185.7.0.31", lambda query: [spoiled(query, words[int(query.qname[0].decode().partition("-")[2])])])
    scene.also(lambda: worse(scene, title))


def worse(scene, title):
    begun = time.monotonic()
    scene.equal(scene.says("shape-0.worse.attack.biz.", patience=11), "SERVFAIL", f"{title}: nothing but what cannot be read")
    scene.most(scene.stage.count("shape-0.worse.attack.biz."), 16, f"{title}: nothing else, packets upstream in {time.monotonic() - begun:.1f} s")


FORMERR, NOTHING = "FORMERR", None
OPT = b"\0\0\x29\4\xd0\0\0\0\0\0\0"


def head(flags=0x0100, *counts):
    return struct.pack("!6H", 0x5353, flags, *(counts or (1, 0, 0, 0)))


BAD_QUERIES = {  # a query that cannot be read, and what it deserves (BEHAVIOUR.md)
    "no octet": (b"", NOTHING), "11 octets": (head()[:11], NOTHING), "a response": (head(0x8100) + QNAME + IN_A, NOTHING),
    "no question": (head(0x0100, 0, 0, 0, 0), FORMERR), "two questions": (head(0x0100, 2, 0, 0, 0) + (QNAME + IN_A) * 2, FORMERR),
    "question cut in its name": (head() + QNAME[:9], FORMERR), "question cut in its type": (head() + QNAME + b"\0", FORMERR),
    "pointer to itself": (head() + b"\xc0\x0c" + IN_A, FORMERR), "pointer forward": (head() + b"\xc0\x20" + IN_A + bytes(20), FORMERR),
    "pointer into the header": (head() + b"\1a\xc0\x00" + IN_A, FORMERR), "label type 01": (head() + b"\x41a\0" + IN_A, FORMERR),
    "label type 10": (head() + b"\x81a\0" + IN_A, FORMERR), "name of 256 octets": (head() + (b"\x3f" + b"a" * 63) * 3 + b"\x3e" + b"a" * 62 + b"\0" + IN_A, FORMERR),
    "name without end": (head() + b"\1a" * 100, FORMERR), "octets behind": (head() + QNAME + IN_A + b"junk", FORMERR),
    "answers in a query": (head(0x0100, 1, 1, 0, 0) + QNAME + IN_A + entry(b"\xc0\x0c", "A", bytes(4)), FORMERR),
    "65,535 records said": (head(0x0100, 1, 65535, 65535, 65535) + QNAME + IN_A, FORMERR),
    "truncated": (head(0x0300) + QNAME + IN_A, FORMERR), "two OPTs": (head(0x0100, 1, 0, 0, 2) + QNAME + IN_A + OPT * 2, FORMERR),
    "OPT of a name": (head(0x0100, 1, 0, 0, 1) + QNAME + IN_A + b"\1a" + OPT, FORMERR),
    "OPT that ends early": (head(0x0100, 1, 0, 0, 1) + QNAME + IN_A + OPT[:-2] + b"\0\5\0\3", FORMERR),
    "option past the OPT": (head(0x0100, 1, 0, 0, 1) + QNAME + IN_A + OPT[:-1] + b"\4\0\3\0\5", FORMERR),
    "cookie of 3 octets": (head(0x0100, 1, 0, 0, 1) + QNAME + IN_A + OPT[:-1] + b"\7\0\x0a\0\3abc", FORMERR),
    "additional loops": (head(0x0100, 1, 0, 0, 1) + QNAME + IN_A + struct.pack("!H", 0xC000 | 12 + len(QNAME) + 4) + IN_A + bytes(6), FORMERR),
}


def queries(scene, title):
    since, wrong = time.monotonic(), {}
    for word, (octets, wanted) in BAD_QUERIES.items():
        for tcp in (False, True):
            got = client.exchange(scene.resolver.port, octets, tcp=tcp, patience=0.3 if wanted is None else 2)
            found = None if got is None else wire.RCODES.get(got[3] & 15)
            if found != wanted or got and (got[:2] != octets[:2] or not got[2] & 0x80):
                wrong[f"{word} over {'TCP' if tcp else 'UDP'}"] = found
    scene.equal(wrong, {}, f"{title}: {len(BAD_QUERIES)} shapes over UDP and TCP; wrong reactions")
    scene.equal(scene.stage.count("parsed.attack.biz.", since=since), 0, f"{title}: packets upstream")
    scene.equal(scene.says("www.parsed.attack.biz."), f"NOERROR {GOOD}", f"{title}: and the good one")


def mutate(draw, octets, keep):
    """A few octets changed, cut, or put in; not the first `keep`."""
    spoiled = bytearray(octets)
    for _ in range(draw.randrange(1, 5)):
        where = draw.randrange(keep, max(len(spoiled), keep + 1))
        way = draw.randrange(4)
        if way == 0:
            del spoiled[where:where + draw.randrange(1, 9)]
        elif way == 1:
            spoiled[where:where] = draw.randbytes(draw.randrange(1, 9))
        elif where < len(spoiled):
            spoiled[where] = draw.choice((0, 0x3F, 0x40, 0x80, 0xC0, 0xFF, draw.randrange(256)))
    return bytes(spoiled)


def mutated_queries(scene, title):
    """20,000 spoiled queries over UDP, seeded. What looks like a name of the stage may be looked up; nothing else is expected."""
    draw = random.Random(9267)
    base = head(0x0100, 1, 0, 0, 1) + QNAME + IN_A + OPT[:-1] + b"\x0c\0\x0a\0\x08abcdefgh"
    crowd, begun = Crowd(scene.resolver.port, ["127.0.0.1"] * 4), scene.resolver.cpu()
    crowd.send([mutate(draw, base, 2) for _ in range(20_000)])
    crowd.receive(1).close()
    spent = scene.resolver.cpu() - begun
    scene.expect(scene.resolver.program.running() and crowd.count, f"{title}: 20,000, answered with {crowd.replies}, {spent * 50:.0f} microseconds of CPU each")
    scene.equal(scene.says("www.parsed.attack.biz."), f"NOERROR {GOOD}", f"{title}: and the good one")


def mutated_replies(scene, title):
    """300 names, each with three spoiled replies before the good one."""
    draw = random.Random(2692)

    def script(query):
        good = query.answer(("CNAME", "www.parsed.attack.biz."), authority=[record("mutated.attack.biz.", "NS", "ns.mutated.attack.biz.")],
                            additional=[record("ns.mutated.attack.biz.", "A", "185.7.0.32")])
        octets = good.compose()
        question_end = 12 + len(name.wire(query.message.qname)) + 4
        return [good] if query.over_tcp else [*(mutate(draw, octets, draw.choice((2, question_end))) for _ in range(3)), (0.005, good)]

    scene.stage.delegate("mutated.attack.biz.", "185.7.0.32", script)
    told = [scene.says(f"n{index}.mutated.attack.biz.", patience=11) for index in range(300)]
    tally = {text.split()[0]: sum(other.split()[0] == text.split()[0] for other in told) for text in told}
    scene.expect("silence" not in tally and "MALFORMED" not in tally, f"{title}: 300 names, answered with {tally}")
    scene.expect(scene.resolver.program.running(), f"{title}: the resolver still runs")


def options(scene, title):
    """A query with 16,000 EDNS options, which only TCP takes; and a reply with as many."""
    scene.says("www.parsed.attack.biz.")
    flood = b"\xfd\xe9\0\0" * 16_000
    query = head(0x0100, 1, 0, 0, 1) + QNAME + IN_A + OPT[:-2] + struct.pack("!H", len(flood)) + flood
    plain = head(0x0100, 1, 0, 0, 1) + QNAME + IN_A + OPT
    rounds, costs = 200, []
    for octets in (plain, query):
        begun = scene.resolver.cpu()
        answers = {got and got[3] & 15 for got in (client.exchange(scene.resolver.port, octets, tcp=True) for _ in range(rounds))}
        costs.append((scene.resolver.cpu() - begun) / rounds * 1000)
    scene.equal(answers, {0}, f"{title}: codes of the answers to {rounds} queries with 16,000 options over TCP")
    scene.most(costs[1] - costs[0], 1, f"{title}: milliseconds of CPU for each, above the {costs[0]:.2f} of a query without")
    small = b"\xfd\xe9\0\0" * 1000
    query = head(0x0100, 1, 0, 0, 1) + QNAME + IN_A + OPT[:-2] + struct.pack("!H", len(small)) + small
    begun = scene.resolver.cpu()
    for _ in range(rounds):
        client.exchange(scene.resolver.port, query, patience=1)
    scene.most((scene.resolver.cpu() - begun) / rounds * 1000, 1, f"{title}: 1,000 options over UDP, milliseconds of CPU for each")

    def script(query):
        good = query.answer(("A", GOOD))
        good.edns_version = None
        octets = good.compose()
        if not query.over_tcp:
            return [octets[:2] + b"\x86\0" + octets[4:]]  # TC
        return [octets[:10] + b"\0\1" + octets[12:] + OPT[:-2] + struct.pack("!H", len(flood)) + flood]

    scene.stage.on("optional.attack.biz.", script)
    begun = scene.resolver.cpu()
    found = {scene.says(f"n{index}.optional.attack.biz.") for index in range(50)}
    scene.most((scene.resolver.cpu() - begun) / 50 * 1000, 3, f"{title}: a reply with 16,000 options, milliseconds of CPU for each question: {found}")
