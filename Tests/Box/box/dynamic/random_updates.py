"""A random series of updates, the same for the same seed: all types and sizes, names that come and go, and much that is to be ignored."""

import random

from . import message

TYPES = {
    "A": lambda r, zone: f"192.0.2.{r.randrange(12)}", "AAAA": lambda r, zone: f"2001:db8::{r.randrange(12):x}",
    "TXT": lambda r, zone: " ".join(f'"{_text(r)}"' for _ in range(r.choice((1, 1, 2, 5)))),
    "MX": lambda r, zone: f"{r.randrange(4)} {_owner(r, zone)}", "SRV": lambda r, zone: f"{r.randrange(3)} {r.randrange(3)} 80 {_owner(r, zone)}",
    "CNAME": lambda r, zone: _owner(r, zone), "PTR": lambda r, zone: _owner(r, zone), "NS": lambda r, zone: _owner(r, zone),
    "CAA": lambda r, zone: f"0 issue ca{r.randrange(3)}.example", "SSHFP": lambda r, zone: f"4 2 {r.randbytes(32).hex()}",
    "TLSA": lambda r, zone: f"3 1 1 {bytes(31).hex()}{r.randrange(6):02x}", "DS": lambda r, zone: f"{r.randrange(6)} 13 2 {bytes(32).hex()}",
    "NAPTR": lambda r, zone: f'{r.randrange(3)} 0 "u" "E2U+sip" "!^.*$!sip:a@b!" .', "HTTPS": lambda r, zone: f"{r.randrange(1, 3)} . alpn=h2 port=8443",
    "DHCID": lambda r, zone: f"\\# 35 000201{r.randrange(4):02x}{bytes(31).hex()}", "TYPE65300": lambda r, zone: f"\\# 2 00{r.randrange(5):02x}",
}
WEIGHTS = [30 if word in ("A", "AAAA", "TXT") else 5 for word in TYPES]


def _text(r):
    return "".join(r.choice("abcdefghijklmnopqrstuvwxyz 0123456789=;") for _ in range(r.choice((0, 3, 20, 200))))


def _owner(r, zone):
    """Few names, so that they meet; some below others, some in other case."""
    label = f"n{r.randrange(120)}"
    label = r.choice((label, label, label, label.upper(), f"a.{label}", f"b.a.{label}", f"*.{label}", f"_http._tcp.{label}"))
    return f"{label}.{zone}"


class Series:
    """`next()` gives the prerequisites and the changes of an update, as records in wire form."""

    def __init__(self, zone, seed, redirections=True):
        self.zone, self._random, self._redirections = zone, random.Random(seed), redirections

    def next(self):
        r = self._random
        changes = [change for _ in range(r.choice((1, 1, 1, 2, 3, 6))) for change in self._change()]
        prerequisites = [self._prerequisite()] if r.random() < 0.15 else []
        return prerequisites, changes

    def _change(self):
        r, zone = self._random, self.zone
        owner, (type_text,) = _owner(r, zone), r.choices(list(TYPES), WEIGHTS)
        if type_text in ("NS", "DS"):  # delegations by wildcard are refused by some
            owner = owner.removeprefix("*.")
        shape = r.random()
        if shape < 0.62:
            yield message.add(owner, type_text, TYPES[type_text](r, zone), r.choice((0, 60, 300, 300, 300, 86400, 0x7FFFFFFF)))
        elif shape < 0.78:
            yield message.delete(owner, type_text, TYPES[type_text](r, zone))
        elif shape < 0.88:
            yield message.delete(owner, type_text)
        elif shape < 0.94:
            yield message.delete(owner)
        elif shape < 0.98:  # as those do who replace an RRset
            yield message.delete(owner, type_text)
            yield message.add(owner, type_text, TYPES[type_text](r, zone))
        elif shape < 0.985 and self._redirections:  # a DNAME, where nothing else will ever be: not all servers would load anything beside or below it
            yield r.choice((message.add, message.delete))(f"d{r.randrange(5)}.{zone}", "DNAME", _owner(r, zone))
        else:               # ignored: what the apex cannot be without, and what it cannot have
            yield r.choice((message.delete(zone), message.delete(zone, "NS"), message.delete(zone, "SOA"), message.add(zone, "CNAME", owner),
                            message.add(zone, "TXT", '"apex"'), message.add(zone, "NS", f"ns1.{zone}")))

    def _prerequisite(self):
        r, zone = self._random, self.zone
        owner, (type_text,) = _owner(r, zone), r.choices(list(TYPES), WEIGHTS)
        return r.choice((message.exists(owner), message.absent(owner), message.exists(owner, type_text), message.absent(owner, type_text),
                         message.exists(owner, type_text, TYPES[type_text](r, zone))))
