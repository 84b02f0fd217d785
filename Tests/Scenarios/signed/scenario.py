"""A scenario: servers with zones, what clients do, what they must see; and its text."""

import copy
import textwrap

from .keys import Key
from .records import ancestors, is_below, labels, parent
from .zones import NOW, Reply, Zone

ROOT_ADDRESS, COM_ADDRESS, EXAMPLE_ADDRESS = "193.0.14.129", "192.0.2.1", "198.51.100.1"


class Server:
    """
    change: (reply, qname, qtype) -> reply, what this server says instead of the truth. None is silence.
    extra: questions that it is asked beyond those that follow from the clients'.
    """

    def __init__(self, address, *zones, steps=(0, 1000), change=None, extra=(), about="", forwarder=False):
        self.address, self.zones, self.steps = address, zones, steps
        self.change, self.extra, self.about, self.forwarder = change, extra, about, forwarder

    def zone_for(self, qname, qtype):
        fits = [z for z in self.zones if is_below(qname, z.name)]
        if qtype == "DS" and qname != ".":
            fits = [z for z in fits if z.name != qname] or fits
        return max(fits, key=lambda z: len(labels(z.name)), default=None)

    def reply(self, qname, qtype):
        zone = self.zone_for(qname, qtype)
        if zone is None:
            return Reply("REFUSED", authoritative=False)
        return zone.reply(qname, qtype)


class Scenario:
    """
    One file. `about` begins with the section of the RFC.

    cuts: whether servers also answer questions for DS at names that are no cuts, by which a resolver looks for cuts that
    no referral showed it; by default where something is bogus.
    """

    #: All that were made, in order.
    all = []

    def __init__(self, name, title, about, *, anchors=(), settings=(), clauses=(), now=NOW, minimise=True,
                 cuts=None):
        self.name, self.title, self.about = name, title, about
        self.anchors, self.settings, self.clauses = list(anchors), list(settings), list(clauses)
        self.now, self.minimise, self.cuts = now, minimise, cuts
        self.servers = []
        self.steps = []
        self.number = 0
        self.asked = []
        self.last = None
        Scenario.all.append(self)

    # --- The internet ---

    def anchor(self, zone, keys=None, digest=2):
        """A DS of each entry key of `zone` becomes a trust anchor."""
        for key in keys or [k for k in zone.keys if k.flags & 1]:
            self.anchors.append(f"{zone.name} IN DS {key.ds(zone.name, digest)}")
        return self

    def serve(self, address, *zones, **options):
        self.servers.append(Server(address, *zones, **options))
        return self

    def truth(self, qname, qtype, zones=None):
        """What a resolver that reaches the first zones served makes of a question."""
        known = Server("", *(zones or first_of_each(z for s in self.servers for z in s.zones)))
        whole = Reply()
        for _ in range(12):
            reply = known.reply(qname, qtype)
            whole.rcode = reply.rcode
            whole.answer += [r for r in reply.answer if r not in whole.answer]
            whole.authority += [r for r in reply.authority if r not in whole.authority]
            aliases = [r for r in reply.answer if r.type == "CNAME"]
            if not aliases or qtype == "CNAME" or any(r.type == qtype for r in reply.answer) or any(
                r.type == "SOA" for r in reply.authority
            ):
                return whole
            qname = aliases[-1].text
        return whole

    # --- Steps ---

    def step(self, text, entry=()):
        self.number += 10
        self.steps.append((self.number, text, list(entry)))
        return self

    def ask(self, question, do=True, ad=False, cd=False, rd=True, about=""):
        qname, qtype = question.split()
        self.last = (qname, qtype, do, ad, cd, rd)
        self.last_ask = self.number + 10
        self.asked.append((qname, qtype))
        flags = " ".join(w for w, on in (("RD", rd), ("AD", ad), ("CD", cd), ("DO", do)) if on)
        return self.step(("; " + about + "\n" if about else "") + "STEP {} QUERY", [
            *([f"REPLY {flags}"] if flags else []), "SECTION QUESTION", f"    {qname} IN {qtype}"])

    def check(self, status, ede=None, reply=None, match=None, ttl=False, zones=None, ad=None, rcode=None):
        """The last question's answer: "secure", "insecure" or "bogus". `reply` stands in for the truth."""
        qname, qtype, do, asked_ad, cd, rd = self.last
        if status == "bogus":
            reply = Reply("SERVFAIL")
            self.cuts = self.cuts is not False
        reply = reply or self.truth(qname, qtype, zones)
        if reply.answer and not any(r.type == "SOA" for r in reply.authority):
            # A positive answer comes with the proofs of its wildcards alone (RFC 4035 §3.1.3.3).
            reply.authority = [r for r in reply.authority if r.type in ("NSEC", "NSEC3") or (
                r.type == "RRSIG" and r.text.split()[0] in ("NSEC", "NSEC3"))]
        if not do and qtype not in ("RRSIG", "NSEC", "NSEC3", "ANY"):
            reply = reply.without_dnssec()
        has_ad = (status == "secure" and (do or asked_ad) and not cd) if ad is None else ad
        flags = ["QR"] + [w for w, on in (("RD", rd), ("RA", True), ("AD", has_ad), ("CD", cd), ("DO", do)) if on]
        items = match or "all"
        if ttl:
            items += " ttl"
        if ede is not None:
            items += f" ede={ede}"
        entry = [f"MATCH {items}", f"REPLY {' '.join(flags)} {rcode or reply.rcode}", "SECTION QUESTION",
                 f"    {qname} IN {qtype}"]
        return self.step("STEP {} CHECK_ANSWER", entry + sections(reply, additional=False))

    def count(self, op, number, to=None, question=None):
        """Queries sent since the last question was asked."""
        text = f"STEP {{}} COUNT_OUT_QUERIES {op} {number} SINCE {self.last_ask}" + (f" TO {to}" if to else "")
        entry = []
        if question:
            qname, qtype = question.split()
            entry = ["MATCH qname qtype", "SECTION QUESTION", f"    {qname} IN {qtype}"]
        return self.step(text, entry)

    def pass_time(self, seconds):
        return self.step(f"STEP {{}} TIME_PASSES ELAPSE {seconds}")

    def say(self, text):
        """A remark before the next step."""
        self.steps.append((None, text, []))
        return self

    # --- What servers are asked ---

    def names_asked(self):
        """The clients' questions and what their aliases lead to."""
        found = []
        for qname, qtype in self.asked:
            for name in [qname] + [r.text for r in self.truth(qname, qtype).answer if r.type == "CNAME"]:
                if (name, qtype) not in found:
                    found.append((name, qtype))
        return found

    def questions(self, server):
        wanted = []
        apexes = {z.name for s in self.servers for z in s.zones}
        for zone in server.zones:
            if zone.name == "." and not server.forwarder:
                wanted.append((".", "NS"))
            if zone.keys:
                wanted.append((zone.name, "DNSKEY"))
        for qname, qtype in self.names_asked():
            for name in reversed(list(ancestors(qname, "."))):
                zone = server.zone_for(name, "DS")
                if name != "." and zone and zone.keys and is_below(name, zone.name) and name != zone.name and (
                    self.cuts or name in apexes or zone.get(name, "NS")
                ):
                    wanted.append((name, "DS"))
                if name != qname and name != "." and not server.forwarder:
                    wanted.append((name, "A"))
            wanted.append((qname, qtype))
        wanted += [tuple(q.split()) for q in server.extra]
        return list(dict.fromkeys(wanted))

    def entries(self, server):
        exact, referrals = [], {}
        for qname, qtype in self.questions(server):
            zone = server.zone_for(qname, qtype)
            if zone is None and not server.forwarder:
                continue
            # The apex itself is only asked for by name where the cut above it cannot be seen.
            if (qtype == "A" and zone and zone.name == qname and (qname, "A") not in self.names_asked()
                    and not any(is_below(qname, z.name) for z in server.zones if z is not zone)):
                continue
            reply = self.truth(qname, qtype) if server.forwarder else copy.deepcopy(server.reply(qname, qtype))
            if server.forwarder:
                reply.flags, reply.authoritative = "RD RA", False
            if qname == "." and qtype == "NS" and zone:
                reply.additional = [r for n in zone.get(".", "NS") for r in zone.get(n.text, "A")]
            if server.change:
                reply = server.change(reply, qname, qtype)
            if reply is not None and reply.cut:
                referrals.setdefault(reply.cut, reply)
            else:
                exact.append((qname, qtype, reply))
        for cut in sorted(referrals, key=lambda c: -len(labels(c))):
            exact.append((cut, None, referrals[cut]))
        return exact

    # --- Text ---

    def text(self):
        lines = [f"; {line}" for part in self.about.strip().split("\n") for line in textwrap.wrap(
            " ".join(part.split()), 100)]
        lines += ["", "server:", "    do-ip6: no", f"    qname-minimisation: {'yes' if self.minimise else 'no'}"]
        lines += [f'    trust-anchor: "{anchor}"' for anchor in self.anchors]
        lines += [f'    val-override-date: "{self.now}"'] if self.now else []
        lines += [f"    {setting}" for setting in self.settings]
        if not any(clause.startswith('forward-zone:\n    name: "."') for clause in self.clauses):
            lines += ["stub-zone:", '    name: "."', f"    stub-addr: {ROOT_ADDRESS}"]
        for clause in self.clauses:
            lines += clause.strip("\n").split("\n")
        lines += ["CONFIG_END", "", f"SCENARIO_BEGIN {self.title}", ""]
        for server in self.servers:
            lines += self.range_text(server)
        for number, text, entry in self.steps:
            if number is None:
                lines += [f"; {line}" for line in textwrap.wrap(text, 100)]
                continue
            lines += text.format(number).split("\n")
            if entry:
                lines += entry_text(entry, "    ")
            lines += [""]
        return "\n".join(lines + ["SCENARIO_END", ""])

    def range_text(self, server):
        entries = self.entries(server)
        if not entries:
            return []
        about = server.about or " and ".join("the root" if z.name == "." else z.name for z in server.zones) + "."
        about = about.replace("..", ".")
        lines = [f"; {line}" for line in textwrap.wrap("The root" + about[8:] if about[:8] == "the root" else about, 100)]
        lines += [f"RANGE_BEGIN {server.steps[0]} {server.steps[1]}", f"    ADDRESS {server.address}"]
        for qname, qtype, reply in entries:
            if reply is None:
                lines += entry_text(["MATCH opcode qtype qname", "ADJUST timeout", "REPLY QR", "SECTION QUESTION",
                                     f"    {qname} IN {qtype}"], "    ")
                continue
            match = "qtype qname" if qtype else "subdomain"
            flags = reply.flags or ("AA" if reply.authoritative else "")
            do = "DO" if any(z.keys for z in server.zones) else ""
            lines += entry_text([
                f"MATCH opcode {match}", "ADJUST copy_id copy_query",
                " ".join(f"REPLY QR {flags} {do} {reply.rcode}".split()), "SECTION QUESTION",
                f"    {qname} IN {qtype or 'NS'}", *sections(reply)], "    ")
        return lines + ["RANGE_END", ""]


def first_of_each(zones):
    found = {}
    for zone in zones:
        found.setdefault(zone.name, zone)
    return found.values()


def sections(reply, additional=True):
    lines = []
    names = ("ANSWER", "AUTHORITY", "ADDITIONAL")[: 3 if additional else 2]
    for name, records in zip(names, reply.sections()):
        if records:
            lines += [f"SECTION {name}"] + [f"    {record}" for record in records]
    return lines


def entry_text(lines, indent):
    return [indent + "ENTRY_BEGIN"] + [indent + "    " + line for line in lines] + [indent + "ENTRY_END"]


# --- The internet of most files ---

def root_zone(*children, signed=True, ds=True, **options):
    zone = Zone(".", denial=options.pop("denial", "nsec") if signed else None, ttl=86400, minimum=86400,
                server="k.root-servers.net.", soa_ttl=86400, **options)
    zone.add(f"k.root-servers.net. 518400 A {ROOT_ADDRESS}")
    for child in children:
        zone.delegate(child, ds=ds)
    return zone


def com_zone(*children, signed=True, ds=True, **options):
    zone = Zone("com.", denial=options.pop("denial", "nsec") if signed else None, server="a.nic.com.",
                address=COM_ADDRESS, **options)
    for child in children:
        zone.delegate(child, ds=ds)
    return zone


def example_zone(*lines, **options):
    return Zone("example.com.", "www A 203.0.113.1", *lines, address=EXAMPLE_ADDRESS, **options)


def island(name, title, about, zone, change=None, extra=(), server_about="", **options):
    """Root and com. are unsigned, and the zone has a trust anchor of its own."""
    scenario = Scenario(name, title, about, **options)
    com = com_zone(zone, signed=False, ds=False)
    scenario.serve(ROOT_ADDRESS, root_zone(com, signed=False, ds=False))
    scenario.serve(COM_ADDRESS, com)
    scenario.serve(zone.address, zone, change=change, extra=extra, about=server_about)
    if not scenario.anchors:
        scenario.anchor(zone)
    return scenario


def chain(name, title, about, zone, ds=True, com=None, change=None, com_change=None, extra=(), server_about="",
          **options):
    """From the root's anchor by com. to the zone."""
    scenario = Scenario(name, title, about, **options)
    com = com or com_zone(zone, ds=ds)
    root = root_zone(com, keys=[Key(".", 8)])
    scenario.serve(ROOT_ADDRESS, root)
    scenario.serve(COM_ADDRESS, com, change=com_change)
    scenario.serve(zone.address, zone, change=change, extra=extra, about=server_about)
    return scenario.anchor(root)
