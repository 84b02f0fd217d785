"""Collects the parts of the small internet and ties them together: delegations, glue, addresses, expectations."""

import random

from .. import name, oracle
from ..model import DAY, Daemon, Host, Question, Zone

TIERS = {"root": 0, "tld": 20, "sld": 40, "deep": 8}  # a tier of daemons -> address pairs that each one listens on
KINDS = ("nsd", "knot", "bind")


class Internet:
    def __init__(self):
        self.random = random.Random(5300)
        self.zones = {}       # lower-case apex -> Zone
        self.hosts = []
        self.questions = []        # of every check
        self.dnssec_questions = [] # only of the one on DNSSEC: a resolver that does not validate answers some otherwise
        self._asked = self.questions
        self.anchors = {()}              # lower-case apexes of zones that a resolver has a trust anchor for
        self.negative_anchors = set()    # and of those that it must not validate
        self.stubs = {}                  # lower-case apex -> addresses that a resolver is told to ask
        self.lies = {}                   # (name, type or "*" for all below) -> EDE codes, where a signed proof is a lie: bogus
        self.statuses = {}               # what `security.of_zone` found
        self.marks = {}       # a word that a check knows -> a name or an address
        self._pairs = 0
        self.daemons = {
            f"{tier}-{kind}": Daemon(f"{tier}-{kind}", kind, [self.new_pair() for _ in range(count)])
            for tier, count in TIERS.items() for kind in KINDS}
        for kind in ("odd", "closed", "hole", "stage"):
            self.daemons[kind] = Daemon(kind, kind)

    # Addresses. They must look public: a resolver rightly refuses to ask private servers and to believe private answers.

    def new_pair(self):
        """A name server's addresses, each in a network of its own as far as they reach."""
        self._pairs += 1
        index = self._pairs
        return f"185.{index % 200 + 20}.{index // 200 + 1}.53", f"2a0b:{index:x}::53"

    def new_v4(self):
        return f"23.{self.random.randrange(256)}.{self.random.randrange(256)}.{self.random.randrange(1, 255)}"

    def new_v6(self):
        groups = ":".join(f"{self.random.randrange(1, 65536):x}" for _ in range(3))
        return f"2600:1f00:{groups}::1"

    # Parts

    def host(self, text, daemon, *, v4=True, v6=True, manner=None, alone=False):
        """A name server; `alone` gives it addresses that no other one has."""
        daemon = self.daemons[daemon]
        first, second = self.new_pair() if alone or not daemon.pool else daemon.next_pair()
        host = Host(name.parse(text), [first] if v4 else [], [second] if v6 else [], daemon, manner)
        self.hosts.append(host)
        return host

    def zone(self, text, servers, **options):
        zone = Zone(name.parse(text), servers, **options)
        self.zones[name.lower(zone.apex)] = zone
        return zone

    def ask(self, qname, qtype, shape, kind="normal"):
        qname = name.parse(qname) if isinstance(qname, str) else qname
        self._asked.append(Question(qname, qtype, shape, kind))

    def ask_in(self, zone, shape, questions, kind="normal"):
        """Questions as lines of text: `owner type type ...`, owners relative to the zone."""
        for line in questions.strip().splitlines():
            owner, *types = line.split()
            for qtype in types:
                self.ask(name.parse(owner, zone.apex), qtype, shape, kind)

    def begin_dnssec(self):
        """What is asked from now on is for the check on DNSSEC alone."""
        self._asked = self.dnssec_questions

    # Looking things up

    def zone_for(self, qname, qtype):
        """The zone that answers for `qname`; DS lives with the parent."""
        start = qname[1:] if qtype == "DS" and qname in self.zones and qname else qname
        return next(self.zones[ancestor] for ancestor in name.ancestors(start) if ancestor in self.zones)

    def parent_of(self, zone):
        return self.zone_for(name.lower(zone.apex)[1:], "NS") if zone.apex else None

    def is_broken(self, zone):
        while zone is not None and not zone.broken:
            zone = self.parent_of(zone)
        return zone is not None

    def zones_of(self, daemon):
        return [zone for zone in self.zones.values() if daemon.title in zone.daemons()]

    def addresses_of(self, daemon):
        """Where the daemon listens, sorted."""
        used = {address for host in self.hosts if host.daemon is daemon for address in host.addresses()}
        return sorted(used)

    # Tying together

    def finish(self):
        for zone in self.zones.values():
            self._add_apex(zone)
        for host in self.hosts:
            home = self.zone_for(name.lower(host.name), "A")
            for type_text, text in host.records():
                home.add(host.name, type_text, text, ttl=DAY)
        for zone in self.zones.values():
            self._delegate(zone)
        for zone in self.zones.values():
            self._check_daemons(zone)

    def expect(self):
        """Works out all expectations, once the zones are complete."""
        self.questions = self._answered(self.questions)
        self.dnssec_questions = self._answered(self.dnssec_questions)

    def _answered(self, questions):
        seen, unique = set(), []
        for question in questions:
            key = (name.lower(question.qname), question.qtype)
            if key not in seen:
                seen.add(key)
                unique.append(question)
                if question.kind == "meant-to-fail":
                    question.rcode, question.answer = "SERVFAIL", []
                else:
                    oracle.expect(self, question)
        return unique

    def _add_apex(self, zone):
        primary = name.show(zone.ns[0].name)
        mailbox = name.show((b"hostmaster", *zone.apex)) if len(zone.apex) < 8 else "hostmaster.nic.com."
        zone.add("@", "SOA", f"{primary} {mailbox} 2026010101 7200 3600 1209600 600", ttl=3600)
        zone.add("@", "NS", *(name.show(host.name) for host in zone.ns), ttl=DAY)

    def _delegate(self, zone):
        parent = self.parent_of(zone)
        if parent is None or not zone.delegated:
            return
        apex, glue = name.lower(zone.apex), []
        for host in zone.parent_ns:
            owner = name.lower(host.name)
            in_parent = name.is_below(owner, name.lower(parent.apex))
            authoritative = in_parent and self.zone_for(owner, "A") is parent
            wanted = {"needed": name.is_below(owner, apex), "sibling": in_parent, "none": False}[zone.glue]
            if wanted and not authoritative:
                false = zone.false_glue.get(host)
                glue += [(host.name, *pair) for pair in (false or host.records())]
        parent.cuts[apex] = ([host.name for host in zone.parent_ns], glue)
        parent._nodes = None

    def _check_daemons(self, zone):
        """A daemon that holds both a zone and its ancestor would answer without a referral: only where that is meant."""
        ancestor = self.parent_of(zone)
        while ancestor is not None:
            shared = zone.daemons() & ancestor.daemons()
            if shared and not zone.shares_with_parent:
                raise ValueError(f"{name.show(zone.apex)} and {name.show(ancestor.apex)} share {shared}")
            ancestor = self.parent_of(ancestor)
