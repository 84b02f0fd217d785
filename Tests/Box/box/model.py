"""What the small internet is made of: daemons that hold zones, name servers (hosts) that lead to them, and zones."""

from dataclasses import dataclass, field

from . import name, rdata

DAY = 86400


@dataclass
class Daemon:
    """One server process and the addresses it listens on. `kind` is nsd, knot, bind, odd, closed, hole or stage.

    A `stage` address is listened on by a check of its own (`attacks/stage.py`). `closed` addresses exist with nobody listening (ICMP unreachable); packets to a `hole` vanish.
    """
    title: str
    kind: str
    pool: list = field(default_factory=list)  # (IPv4, IPv6) pairs that its hosts take in turn
    taken: int = 0

    def next_pair(self):
        self.taken += 1
        return self.pool[(self.taken - 1) % len(self.pool)]


@dataclass(eq=False)
class Host:
    """A name server: a name, the addresses that its own zone gives for it, and the daemon behind them."""
    name: tuple
    v4: list
    v6: list
    daemon: Daemon
    manner: str = None  # how the odd server behaves at these addresses

    def records(self):
        return [("A", text) for text in self.v4] + [("AAAA", text) for text in self.v6]

    def addresses(self):
        return self.v4 + self.v6


@dataclass
class RRset:
    ttl: int
    source: list     # RDATA as written in the zone file
    wire: list
    canonical: list  # RDATA as compared


class Zone:
    """One zone: what it holds, who serves it, and what its parent says about it."""

    def __init__(self, apex, servers, *, ns=None, parent_ns=None, glue="sibling", false_glue=None, broken=False,
                 shares_with_parent=False, delegated=True):
        self.apex = apex
        self.servers = servers                            # hosts whose daemon really holds the zone
        self.ns = servers if ns is None else ns           # the NS RRset at the apex
        self.parent_ns = self.ns if parent_ns is None else parent_ns
        self.glue = glue                                  # needed, sibling or none: what the parent adds
        self.false_glue = false_glue or {}                # host -> addresses that the parent gives instead
        self.broken = broken                              # nobody can resolve what is in here
        self.shares_with_parent = shares_with_parent      # one daemon holds both, so no referral is seen
        self.delegated = delegated                        # whether the parent knows of it
        self.signing = None                               # a dnssec.plan.Signing
        self.keys = []                                    # one for each of its signing's
        self.workshop = None                              # the directory where it is signed
        self.denies_names = True                          # False: what does not exist is said to have no records
        self.copies = {}                                  # daemon's title -> "unsigned", or a Spoiling of what it serves
        self.rrsets = {}                                  # lower-case owner -> type -> RRset
        self.spelling = {}                                # lower-case owner -> owner as written
        self.cuts = {}                                    # lower-case child apex -> (NS names, glue records)
        self._nodes = None

    def __str__(self):
        return name.show(self.apex)

    def add(self, owner, type_text, *texts, ttl=3600):
        written = owner if isinstance(owner, tuple) else name.parse(owner, self.apex)
        owner = name.lower(written)
        self.spelling.setdefault(owner, written)
        rrset = self.rrsets.setdefault(owner, {}).setdefault(type_text, RRset(ttl, [], [], []))
        for text in texts:
            wire = rdata.compile(type_text, text)
            if wire not in rrset.wire:
                rrset.source.append(text)
                rrset.wire.append(wire)
                rrset.canonical.append(rdata.show(rdata.number_of(type_text), wire, 0, len(wire), _read_plain_name))
        self._nodes = None
        return self

    @property
    def nodes(self):
        """Every name that exists in the zone, empty non-terminals included."""
        if self._nodes is None:
            self._nodes = {self.apex}
            for owner in [*self.rrsets, *self.cuts]:
                while len(owner) > len(self.apex):
                    self._nodes.add(owner)
                    owner = owner[1:]
        return self._nodes

    def daemons(self):
        return {host.daemon.title for host in self.servers}


def _read_plain_name(octets, position):
    labels = []
    while octets[position]:
        end = position + 1 + octets[position]
        labels.append(bytes(octets[position + 1:end]))
        position = end
    return tuple(labels), position + 1


@dataclass
class Question:
    """One line of the expectations. `shape` says which trouble the question is about.

    A question is `normal`; or `meant-to-fail`: SERVFAIL, or silence; or `may-fail`: that, or the right answer.
    """
    qname: tuple
    qtype: str
    shape: str
    kind: str = "normal"
    rcode: str = None
    answer: list = None
    status: str = "insecure"        # for one who validates: secure, insecure or bogus; a bogus answer is only given with CD
    codes: frozenset = frozenset()  # EDE codes: of which one is wanted if it is bogus, which are allowed if it is insecure
