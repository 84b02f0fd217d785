"""Rows 14 to 24 and 42 to 61 of the list of odd and bad input, as octets: what is sent, and what must come back."""

import itertools
import struct
import time
from dataclasses import dataclass, field

from . import message as m
from . import tsig

ZONE, OTHER = "dyn.example.", "closed.example."  # the second is held, too, and nobody may change or transfer it
STRANGE = "elsewhere.example."                    # not held
BIG = 999


@dataclass
class Row:
    """`make` takes a `Ground` and gives a message. `rcodes` are those that are right; None stands for silence. `tsig` is what the reply's TSIG
    record must say: "signed" or an error code, and `mac` whether that reply is signed. `see` judges the reply further: it returns what is
    wrong, or nothing.
    """
    number: int
    title: str
    make: object
    rcodes: tuple
    changes: bool = False
    tsig: object = None
    mac: bool = None
    told: bool = False  # whether an extended error must come with it
    see: object = None
    ways: tuple = ("UDP", "TCP", "DoT")
    key: object = None  # signs what `make` made

    def __post_init__(self):
        if isinstance(self.rcodes, str):
            self.rcodes = (self.rcodes,)


@dataclass
class Ground:
    """What rows are made on: the keys, and names that nobody has used."""
    key: object
    limited: object
    serial: int = 0
    _numbers: object = field(default_factory=itertools.count)

    def fresh(self):
        return f"n{next(self._numbers)}.{ZONE}"


RECORDS = ("here 300 IN A 192.0.2.1\nhere 300 IN TXT \"one\"\nhere 300 IN TXT \"two\"\nalias 300 IN CNAME here\nlimited 300 IN MX 1 here\n"
           + "".join(f"many 300 IN TXT \"{index:03d} {'x' * 100}\"\n" for index in range(20))
           + "\\000\\255odd 300 IN TXT odd\nunknown 300 IN TYPE65280 \\# 3 0a0b0c\n*.wild 300 IN A 192.0.2.3\n")
HERE, ALIAS = f"here.{ZONE}", f"alias.{ZONE}"
EDNS = [m.OPT_RECORD]


def all_rows(ground):
    return [*_queries(ground), *_transfers(ground), *_signatures(ground), *_zones(ground), *_prerequisites(ground), *_changes(ground),
            *_protections(ground), *_notifications(ground)]


# --- 14 to 24: questions ---

def _ask(qname, qtype, klass=m.IN, **more):
    return lambda ground: m.message(m.QUERY, [m.question(qname, qtype, klass)], **more)


def _queries(ground):
    yield Row(14, "a question of class CHAOS", _ask(ZONE, "SOA", 3), "REFUSED")
    yield Row(14, "a question of class 1234", _ask(HERE, "A", 1234), "REFUSED")
    for klass, title in ((m.ANY, "ANY"), (m.NONE, "NONE")):
        yield Row(15, f"an update of class {title}", lambda g, klass=klass: m.update(ZONE, [m.add(g.fresh(), "A", "192.0.2.9")], klass=klass), "FORMERR", key=ground.key)
        yield Row(15, f"a notification of class {title}", lambda g, klass=klass: m.message(m.NOTIFY, [m.question(ZONE, "SOA", klass)]), "FORMERR")
    yield Row(16, "an unknown type that is not there", _ask(HERE, "TYPE65281"), "NOERROR", see=_no_data)
    yield Row(16, "an unknown type at a name that does not exist", _ask(f"none.{ZONE}", "TYPE65281"), "NXDOMAIN", see=_no_data)
    yield Row(16, "an unknown type that is there", _ask(f"unknown.{ZONE}", "TYPE65280"), "NOERROR", see=_answers("\\# 3 0a0b0c"))
    for qtype in ("OPT", "TSIG", "TKEY"):
        yield Row(17, f"a question for {qtype}", _ask(ZONE, qtype), "FORMERR")
    for qtype in ("MAILA", "MAILB"):
        yield Row(18, f"a question for {qtype}", _ask(ZONE, qtype), "NOTIMP")
    yield Row(19, "a question for ANY", _ask(HERE, "ANY"), "NOERROR", see=_one_rrset)
    yield Row(19, "a question for ANY of the apex", _ask(ZONE, "ANY"), "NOERROR", see=_one_rrset)


def _transfers(ground):
    soa = m.record(ZONE, "SOA", f"ns1.{ZONE} hostmaster.{ZONE} 0 0 0 0 0")
    yield Row(20, "AXFR over UDP", _ask(ZONE, "AXFR"), "FORMERR", see=_nothing, ways=("UDP",), key=ground.key)
    yield Row(21, "IXFR over UDP of what does not fit", _ask(ZONE, "IXFR", authorities=[soa]), "NOERROR", see=_one_soa, ways=("UDP",), key=ground.key)
    yield Row(22, "IXFR without an SOA", _ask(ZONE, "IXFR"), "FORMERR", key=ground.key)
    yield Row(22, "IXFR with the SOA of another name", _ask(ZONE, "IXFR", authorities=[m.record(HERE, "A", "192.0.2.1")]), "FORMERR", key=ground.key)
    yield Row(23, "AXFR of a zone that is not held", _ask(STRANGE, "AXFR"), "NOTAUTH", see=_nothing, ways=("TCP", "DoT"), key=ground.key)
    yield Row(23, "AXFR of a name inside a zone", _ask(HERE, "AXFR"), "NOTAUTH", see=_nothing, ways=("TCP", "DoT"), key=ground.key)
    yield Row(24, "AXFR without a key", _ask(ZONE, "AXFR", additional=EDNS), "REFUSED", see=_nothing, ways=("TCP", "DoT"), told=True)
    yield Row(24, "AXFR with a key that may not", _ask(ZONE, "AXFR", additional=EDNS), "REFUSED", see=_nothing, ways=("TCP", "DoT"), key=ground.limited, told=True)
    yield Row(24, "IXFR without a key", _ask(ZONE, "IXFR", authorities=[soa], additional=EDNS), "REFUSED", see=_nothing, told=True)
    yield Row(24, "AXFR of a zone that nobody may transfer", _ask(OTHER, "AXFR", additional=EDNS), "REFUSED", see=_nothing, ways=("TCP", "DoT"), key=ground.key, told=True)


# --- 42 to 47: signatures ---

def _signed(change_mac=lambda mac: mac, **more):
    return lambda ground: tsig.sign(m.update(ZONE, [m.add(ground.fresh(), "A", "192.0.2.9")]), ground.key, change_mac=change_mac, **more)


def _signatures(ground):
    def after(g):
        return m.add_record(_signed()(g), m.record(".", "A", "192.0.2.1"))

    def twice(g):
        return tsig.sign(_signed()(g), g.key)

    def in_the_answer(g):
        octets = tsig.sign(m.message(m.QUERY, [m.question(HERE, "A")]), g.key)
        return octets[:6] + struct.pack("!3H", 1, 0, 0) + octets[12:]

    yield Row(42, "a record after the TSIG", after, "FORMERR")
    yield Row(42, "two TSIG records", twice, "FORMERR")
    yield Row(42, "the TSIG in another section", in_the_answer, "FORMERR")
    yield Row(43, "an unknown key", _signed(key_name="nobody.example."), "NOTAUTH", tsig=tsig.BADKEY, mac=False)
    yield Row(43, "an unknown algorithm", _signed(algorithm="hmac-rot13."), "NOTAUTH", tsig=tsig.BADKEY, mac=False)
    yield Row(43, "another algorithm than the key's", _signed(algorithm="hmac-sha1.", change_mac=lambda mac: mac[:20]), "NOTAUTH", tsig=tsig.BADKEY, mac=False)
    yield Row(44, "a wrong MAC", _signed(lambda mac: bytes((mac[0] ^ 1,)) + mac[1:]), "NOTAUTH", tsig=tsig.BADSIG, mac=False)
    yield Row(44, "a MAC whose last bit is wrong", _signed(lambda mac: mac[:-1] + bytes((mac[-1] ^ 1,))), "NOTAUTH", tsig=tsig.BADSIG, mac=False)
    yield Row(44, "a wrong MAC over a query", lambda g: tsig.sign(m.message(m.QUERY, [m.question(HERE, "A")]), g.key, change_mac=lambda mac: b"\0" * 32),
              "NOTAUTH", tsig=tsig.BADSIG, mac=False)
    for length in (0, 1, 9, 10, 15):
        yield Row(45, f"a MAC of {length} octets", _signed(lambda mac, length=length: mac[:length]), "FORMERR")
    for length in (33, 64):
        yield Row(45, f"a MAC of {length} octets", _signed(lambda mac, length=length: mac + b"\0" * (length - 32)), "FORMERR")
    for offset in (-301, 301, -100_000, 1 << 40):
        yield Row(46, f"signed {offset} seconds from now", lambda g, offset=offset: _signed(when=int(time.time()) + offset)(g), "NOTAUTH",
                  tsig=tsig.BADTIME, mac=True, see=_server_time)
    for offset in (-290, 290):
        yield Row(46, f"signed {offset} seconds from now", lambda g, offset=offset: _signed(when=int(time.time()) + offset)(g), "NOERROR", tsig="signed", mac=True, changes=True)
    for length in (16, 31):
        yield Row(47, f"a MAC cut to {length} octets", _signed(lambda mac, length=length: mac[:length]), "NOTAUTH", tsig=tsig.BADTRUNC)
    yield Row(47, "a wrong MAC cut to 16 octets", _signed(lambda mac: b"\0" * 16), "NOTAUTH", tsig=(tsig.BADSIG, tsig.BADTRUNC))
    yield Row(48, "a signed question", lambda g: tsig.sign(m.message(m.QUERY, [m.question(HERE, "A")]), g.key), "NOERROR", tsig="signed", mac=True, see=_answers("192.0.2.1"))


# --- 49 to 51: which zone ---

def _update(changes, prerequisites=(), **more):
    """A signed update; both parts are functions of a name that nobody has used."""
    return lambda g: (lambda fresh: m.update(ZONE, [make(fresh) for make in changes], [make(fresh) for make in prerequisites], **more))(g.fresh())


def _add(owner=None, type_text="A", text="192.0.2.9", ttl=300):
    return lambda fresh: m.add(owner or fresh, type_text, text, ttl)


def _fixed(octets):
    return lambda fresh: octets


def _zones(ground):
    key = ground.key
    question = m.question(ZONE, "SOA")
    yield Row(49, "an update of no zone", lambda g: m.message(m.UPDATE, [], [], [m.add(g.fresh(), "A", "192.0.2.9")]), "FORMERR", key=key)
    yield Row(49, "an update of two zones", lambda g: m.message(m.UPDATE, [question, question], [], [m.add(g.fresh(), "A", "192.0.2.9")]), "FORMERR", key=key)
    yield Row(49, "an update whose zone is of type A", _update([_add()], zone_type="A"), "FORMERR", key=key)
    yield Row(49, "an update whose zone is of type ANY", _update([_add()], zone_type="ANY"), "FORMERR", key=key)
    yield Row(50, "an update of a zone that is not held", lambda g: m.update(STRANGE, [m.add(f"a.{STRANGE}", "A", "192.0.2.9")]), "NOTAUTH", key=key)
    yield Row(50, "an update of a name inside a zone", lambda g: m.update(HERE, [m.add(HERE, "A", "192.0.2.9")]), "NOTAUTH", key=key)
    yield Row(50, "an update of the zone above", lambda g: m.update("example.", [m.add(g.fresh(), "A", "192.0.2.9")]), "NOTAUTH", key=key)
    yield Row(51, "a prerequisite outside the zone", _update([_add()], [_fixed(m.exists(f"a.{OTHER}"))]), "NOTZONE", key=key)
    yield Row(51, "an addition outside the zone", _update([_add(), _add(f"a.{OTHER}")]), "NOTZONE", key=key)
    yield Row(51, "a deletion outside the zone", _update([_add(), _fixed(m.delete(f"a.{OTHER}"))]), "NOTZONE", key=key)
    yield Row(51, "an addition above the zone", _update([_add(), _add("example.")]), "NOTZONE", key=key)


# --- 52 to 56: prerequisites ---

def _prerequisites(ground):
    def row(number, title, rcode, *records):
        return Row(number, title, _update([_add()], [_fixed(record) for record in records]), rcode, key=ground.key, changes=rcode == "NOERROR")

    none = f"none.{ZONE}"
    yield row(52, "a prerequisite with a TTL", "FORMERR", m.record(HERE, "ANY", klass=m.ANY, ttl=1))
    yield row(52, "a prerequisite of class ANY with RDATA", "FORMERR", m.record(HERE, "A", "192.0.2.1", klass=m.ANY))
    yield row(52, "a prerequisite of class NONE with RDATA", "FORMERR", m.record(HERE, "A", "192.0.2.1", klass=m.NONE))
    yield row(52, "a prerequisite of class NONE with a TTL", "FORMERR", m.record(none, "A", klass=m.NONE, ttl=300))
    yield row(52, "a prerequisite of the zone's class with a TTL", "FORMERR", m.record(HERE, "A", "192.0.2.1", ttl=300))
    yield row(52, "a prerequisite of class CHAOS", "FORMERR", m.record(HERE, "A", "192.0.2.1", klass=3))
    yield row(53, "a name that is to be in use, and is not", "NXDOMAIN", m.exists(none))
    yield row(53, "a name that is to be in use, and is", "NOERROR", m.exists(HERE))
    yield row(53, "an empty name between others that is to be in use", "NXDOMAIN", m.exists(f"wild.{ZONE}"))
    yield row(53, "what only a wildcard would answer is to be in use", "NXDOMAIN", m.exists(f"a.wild.{ZONE}"))
    yield row(54, "a name that is not to be in use, and is", "YXDOMAIN", m.absent(HERE))
    yield row(54, "a name that is not to be in use, in other case", "YXDOMAIN", m.absent(HERE.upper()))
    yield row(54, "a name that is not to be in use, and is not", "NOERROR", m.absent(none))
    yield row(54, "what only a wildcard would answer is not to be in use", "NOERROR", m.absent(f"a.wild.{ZONE}"))
    yield row(55, "an RRset that is to exist, and does not", "NXRRSET", m.exists(HERE, "AAAA"))
    yield row(55, "an RRset that is to exist at a name that does not", "NXRRSET", m.exists(none, "A"))
    yield row(55, "an RRset that is to exist, and does", "NOERROR", m.exists(HERE, "A"))
    yield row(55, "an RRset that is to have these records, and has others", "NXRRSET", m.exists(HERE, "A", "192.0.2.2"))
    yield row(55, "an RRset that is to have these records, and has more", "NXRRSET", m.exists(HERE, "TXT", '"one"'))
    yield row(55, "an RRset that is to have these records, and has fewer", "NXRRSET", *(m.exists(HERE, "TXT", f'"{word}"') for word in ("one", "two", "three")))
    yield row(55, "an RRset that has just these records", "NOERROR", m.exists(HERE, "TXT", '"two"'), m.exists(HERE, "TXT", '"one"'))
    yield row(55, "an alias that has this target, in other case", "NOERROR", m.exists(ALIAS, "CNAME", HERE.upper()))
    yield row(55, "an RRset at an alias, which is not followed", "NXRRSET", m.exists(ALIAS, "A"))
    yield row(56, "an RRset that is not to exist, and does", "YXRRSET", m.absent(HERE, "A"))
    yield row(56, "an RRset that is not to exist, and does not", "NOERROR", m.absent(HERE, "AAAA"))
    yield row(56, "the first of several that fail counts", "YXRRSET", m.absent(HERE, "A"), m.exists(none))
    yield Row(53, "a prerequisite and nothing to change, which holds", _update([], [_fixed(m.exists(HERE))]), "NOERROR", key=ground.key)
    yield Row(53, "a prerequisite and nothing to change, which does not hold", _update([], [_fixed(m.exists(none))]), "NXDOMAIN", key=ground.key)


# --- 57, 58 and the attacks: what is not applied at all ---

def _changes(ground):
    def row(title, *records):
        return Row(57, title, _update([_add(), *map(_fixed, records)]), "FORMERR", key=ground.key)

    owner = f"bad.{ZONE}"
    for type_text in ("ANY", "AXFR", "IXFR", "MAILA", "MAILB", "OPT", "TSIG", "TKEY"):
        yield row(f"an addition of type {type_text}", m.record(owner, type_text, octets=b"", ttl=300))
    for type_text in ("AXFR", "IXFR", "MAILA", "MAILB"):
        yield row(f"a deletion of type {type_text}", m.delete(owner, type_text))
    yield row("a deletion of a record of type ANY", m.record(owner, "ANY", klass=m.NONE, octets=b""))
    yield row("a deletion of an RRset with a TTL", m.record(HERE, "A", klass=m.ANY, ttl=300))
    yield row("a deletion of an RRset with RDATA", m.record(HERE, "A", "192.0.2.1", klass=m.ANY))
    yield row("a deletion of a record with a TTL", m.record(HERE, "A", "192.0.2.1", klass=m.NONE, ttl=300))
    yield row("an addition of class CHAOS", m.record(owner, "A", "192.0.2.1", klass=3, ttl=300))
    yield row("an addition without RDATA", m.record(owner, "A", octets=b"", ttl=300))
    yield row("an address of five octets", m.record(owner, "A", octets=b"\xc0\0\2\1\1", ttl=300))
    yield row("an address of three octets", m.record(owner, "A", octets=b"\xc0\0\2", ttl=300))
    yield row("a target that runs past its record", m.record(owner, "CNAME", octets=b"\x05abc\0", ttl=300))
    yield row("a text that runs past its record", m.record(owner, "TXT", octets=b"\x09abc", ttl=300))
    yield Row(57, f"{BIG} good additions and a bad one", lambda g: m.update(ZONE, [*(m.add(g.fresh(), "A", "192.0.2.9") for _ in range(BIG)), m.record(owner, "ANY", octets=b"", ttl=1)]),
              "FORMERR", key=ground.key, ways=("TCP", "DoT"))
    edns = dict(additional=EDNS)
    yield Row(58, "an update without a key", _update([_add()], **edns), "REFUSED", told=True)
    yield Row(58, "an update with a key that may not", _update([_add()], **edns), "REFUSED", key=ground.limited, told=True)
    yield Row(58, "an update of a zone that nobody may change", lambda g: m.update(OTHER, [m.add(f"a.{OTHER}", "A", "192.0.2.9")], additional=EDNS), "REFUSED", key=ground.key, told=True)
    yield Row(58, "what a key may, and something that it may not", lambda g: m.update(ZONE, [m.add(f"limited.{ZONE}", "A", "192.0.2.9"), m.add(g.fresh(), "A", "192.0.2.9")], additional=EDNS),
              "REFUSED", key=ground.limited, told=True)
    yield Row(58, "a key may change a name, but not to this type", lambda g: m.update(ZONE, [m.add(f"limited.{ZONE}", "MX", f"1 {HERE}")], additional=EDNS), "REFUSED", key=ground.limited, told=True)
    yield Row(58, "nothing is learned by who may not: a prerequisite that fails", _update([_add()], [_fixed(m.absent(HERE))], **edns), "REFUSED", told=True)
    yield Row(58, "nothing is learned by who may not: a prerequisite alone", _update([], [_fixed(m.absent(HERE))], **edns), "REFUSED", told=True)
    yield Row(58, "a deletion of all of a name by a key that may change one type", lambda g: m.update(ZONE, [m.delete(f"limited.{ZONE}")], additional=EDNS), "REFUSED", key=ground.limited, told=True)


# --- 59: what is ignored ---

def _protections(ground):
    """Each asks for one thing that is ignored. That serials stand still shows that nothing at all was done."""
    def row(title, *records):
        return Row(59, title, _update([_fixed(record) for record in records]), "NOERROR", key=ground.key)

    soa = lambda serial: f"ns1.{ZONE} hostmaster.{ZONE} {serial} 3600 600 86400 60"
    yield row("the deletion of the apex's SOA", m.delete(ZONE, "SOA"))
    yield row("the deletion of the SOA as a record", m.delete(ZONE, "SOA", soa(1)))
    yield row("the deletion of the apex's NS records", m.delete(ZONE, "NS"))
    yield row("the deletion of the last NS record", m.delete(ZONE, "NS", f"ns1.{ZONE}"))
    yield row("the deletion of everything at the apex", m.delete(ZONE))
    yield row("a CNAME beside data", m.add(HERE, "CNAME", f"other.{ZONE}"))
    yield row("a CNAME at the apex", m.add(ZONE, "CNAME", HERE))
    yield row("data beside a CNAME", m.add(ALIAS, "A", "192.0.2.9"))
    yield Row(59, "an SOA with an older serial", lambda g: m.update(ZONE, [m.add(ZONE, "SOA", soa((g.serial - 1) % (1 << 32)))]), "NOERROR", key=ground.key)
    yield Row(59, "an SOA with the same serial", lambda g: m.update(ZONE, [m.add(ZONE, "SOA", soa(g.serial))]), "NOERROR", key=ground.key)
    yield row("an SOA at another name", m.add(HERE, "SOA", soa(1 << 31)))
    yield row("a record that is there already", m.add(HERE, "A", "192.0.2.1"))
    yield row("the deletion of a name that does not exist", m.delete(f"none.{ZONE}"))
    yield row("the deletion of an RRset that does not exist", m.delete(HERE, "AAAA"))
    yield row("the deletion of a record that does not exist", m.delete(HERE, "A", "192.0.2.200"))
    yield row("no change at all")


def _notifications(ground):
    yield Row(61, "a notification of a zone that is not held", lambda g: m.notify(STRANGE), "NOTAUTH")
    yield Row(61, "a notification by a stranger", lambda g: m.notify(ZONE), "REFUSED")


# --- Looking at replies ---

def _nothing(reply):
    return "records came" if reply.answer else ""


def _no_data(reply):
    return "" if not reply.answer and [record.type for record in reply.authority] == [m.SOA] else "the reply is no denial with an SOA"


def _answers(text):
    return lambda reply: "" if [record.text for record in reply.answer] == [text] else f"answered with {[record.text for record in reply.answer]}"


def _one_rrset(reply):
    kinds = {record.type for record in reply.answer}
    return "" if len(kinds) == 1 else f"{len(kinds)} RRsets"


def _one_soa(reply):
    return "" if [record.type for record in reply.answer] == [m.SOA] else f"{len(reply.answer)} records"


def _server_time(found):
    """What a TSIG record says of the server's clock, where it refuses that of a request."""
    return "" if len(found.other) == 6 and abs(int.from_bytes(found.other, "big") - time.time()) < 10 else f"the server's time is {found.other.hex() or 'not told'}"
