"""Denials that are complete: of names, of types, by wildcards; NSEC and NSEC3."""

from .keys import Key
from .scenario import chain, com_zone, example_zone, island
from .zones import Reply, Zone

SECTION = {"nsec": "RFC 4035 §5.4", "nsec3": "RFC 5155 §8"}


def zone(denial, *lines, **options):
    return example_zone("a.b.c A 203.0.113.7", "*.wild A 203.0.113.8", "x.wild TXT \"x\"", "*.alias CNAME www.example.com.",
                        *lines, denial=denial, **options)


def proofs():
    for kind in ("nsec", "nsec3"):
        big = kind.upper()
        z = zone(kind)
        s = island(f"dnssec-denial-nodata-{kind}", f"NODATA by {big}",
                   f"{SECTION[kind]}: the record of the name lists its types, and the one asked for is not among "
                   "them.\nA host and the apex.", z)
        s.ask("www.example.com. TXT").check("secure")
        s.ask("example.com. TXT").check("secure")
        s = island(f"dnssec-denial-nxdomain-{kind}", f"NXDOMAIN by {big}",
                   f"{SECTION[kind]}: neither the name nor a wildcard for it exists.\nOne label and three labels below "
                   "the apex, and below a name that exists.", zone(kind))
        s.ask("nothing.example.com. A").check("secure")
        s.ask("no.such.name.example.com. A").check("secure")
        s.ask("below.www.example.com. A").check("secure")
        s = island(f"dnssec-denial-empty-non-terminal-{kind}", f"an empty non-terminal under {big}",
                   f"{SECTION[kind]}, RFC 8020 §2: c.example.com. and b.c.example.com. have no data but names below "
                   "them.\nNODATA and not NXDOMAIN, secure; and the name below is found with minimisation.", zone(kind))
        s.ask("c.example.com. A").check("secure")
        s.ask("b.c.example.com. TXT").check("secure")
        s.ask("a.b.c.example.com. A").check("secure")
        s = island(f"dnssec-denial-empty-non-terminal-as-nxdomain-{kind}", f"an empty non-terminal that is denied under {big}",
                   f"{SECTION[kind]}, RFC 4592 §2.2.2: the server says NXDOMAIN of a name that has none but names below it, and its "
                   "records show that it exists.\nWhat is proven counts: NODATA, secure.", zone(kind), change=deny_names)
        s.ask("c.example.com. A").check("secure")
        s.ask("www.example.com. TXT").check("secure")
        s = island(f"dnssec-denial-wildcard-{kind}", f"a wildcard's answer under {big}",
                   f"RFC 4035 §5.3.4, {SECTION[kind]}: fewer labels in the signature than in the name, and a proof that "
                   "nothing nearer exists.\nThe proof is in the authority section of the client's answer.", zone(kind))
        s.ask("any.wild.example.com. A").check("secure")
        s.ask("two.labels.wild.example.com. A").check("secure")
        s = island(f"dnssec-denial-wildcard-nodata-{kind}", f"a wildcard without the type under {big}",
                   f"{SECTION[kind]}: no name is nearer than the wildcard, and the wildcard lacks the type.", zone(kind))
        s.ask("any.wild.example.com. TXT").check("secure")
        s = island(f"dnssec-denial-wildcard-alias-{kind}", f"a wildcard that is an alias under {big}",
                   f"RFC 4035 §5.3.4, {SECTION[kind]}: the CNAME is made from a wildcard, its target is not.\nSecure for "
                   "an address; NODATA of the target for another type, with both proofs.", zone(kind))
        s.ask("any.alias.example.com. A").check("secure")
        s.ask("any.alias.example.com. TXT").check("secure")
        s = island(f"dnssec-denial-wildcard-itself-{kind}", f"the wildcard asked for by its own name under {big}",
                   f"RFC 4592 §2.2, {SECTION[kind]}: a question for the name with the asterisk is no expansion.\nIt needs "
                   "no proof beside the signature.", zone(kind))
        s.ask("*.wild.example.com. A").check("secure")
        s.ask("*.wild.example.com. TXT").check("secure")


def deny_names(reply, qname, qtype):
    """NXDOMAIN where there is no data."""
    return Reply(reply.rcode if reply.answer else "NXDOMAIN", reply.authoritative, *reply.sections())


def nsec_shapes():
    s = island("dnssec-denial-last-nsec", "the last NSEC of a zone",
               "RFC 4034 §4.1.1: the last record points back to the apex.\nIt covers what sorts behind all names.",
               example_zone())
    s.ask("zzz.example.com. A").check("secure")
    s = island("dnssec-denial-one-name-zone", "a zone with one name",
               "RFC 4034 §4.1.1, RFC 5155 §7.1: the only NSEC points to itself and covers everything else.",
               Zone("example.com.", server="ns.example.net.", address="198.51.100.1"))
    fix_glue(s)
    s.ask("www.example.com. A").check("secure")
    s = island("dnssec-denial-one-name-zone-nsec3", "a zone with one name, hashed",
               "RFC 5155 §7.1: the only NSEC3 has its own hash as the next one and covers every other.",
               Zone("example.com.", server="ns.example.net.", address="198.51.100.1", denial="nsec3"))
    fix_glue(s)
    s.ask("www.example.com. A").check("secure")


def fix_glue(scenario):
    """The server's name is outside of the zone; its address comes as glue of a sibling."""
    com = scenario.servers[1].zones[0]
    com.records[("example.com.", "NS")] = []
    com.add("example.com. NS ns.nic.com.").add("ns.nic.com. A 198.51.100.1")
    leaf = scenario.servers[2].zones[0]
    leaf.records[("example.com.", "NS")] = []
    leaf.add("@ NS ns.nic.com.")


def nsec3_parameters():
    s = island("dnssec-nsec3-salt", "NSEC3 with salt and iterations",
               "RFC 5155 §5: eight octets of salt, ten iterations.", zone("nsec3", salt="a1b2c3d4e5f60718", iterations=10))
    s.ask("nothing.example.com. A").check("secure")
    s.ask("any.wild.example.com. A").check("secure")
    s = island("dnssec-nsec3-iterations-50", "as many iterations as are believed",
               "RFC 9276 §3.2: 50 iterations are still computed here; the denial is secure.",
               example_zone(denial="nsec3", iterations=50))
    s.ask("nothing.example.com. A").check("secure")
    for iterations in (51, 65535):
        s = island(f"dnssec-nsec3-iterations-{iterations}", f"{iterations} iterations",
                   "RFC 9276 §3.2, RFC 5155 §10.3: more iterations than are believed are never computed.\nDenials are "
                   "insecure, with the code that says why (RFC 9276 §3.2, EDE 27); data of the zone stay secure.",
                   late_hash(example_zone("*.wild A 203.0.113.8", denial="nsec3", iterations=iterations)))
        s.ask("nothing.example.com. A").check("insecure", ede=27)
        s.ask("www.example.com. TXT").check("insecure", ede=27)
        s.ask("any.wild.example.com. A").check("insecure", ede=27)
        s.ask("www.example.com. A").check("secure")


def late_hash(z):
    """65,535 rounds for each name and look-up take the generator long: each is done once."""
    known, plain = {}, z.hash
    z.hash = lambda name: known[name] if name in known else known.setdefault(name, plain(name))
    return z


def opt_out():
    def com(**options):
        z = com_zone(denial="nsec3", opt_out=True, **options)
        z.add("signed.com. NS ns.signed.com.").add("ns.signed.com. A 198.51.100.7")
        z.add("signed.com. DS " + Key("signed.com.").ds("signed.com."))
        return z
    unsigned = Zone("example.com.", "www A 203.0.113.1", denial=None, address="198.51.100.1")
    parent = com()
    parent.delegate(unsigned)
    s = chain("dnssec-optout-insecure-delegation", "a delegation in an opt-out span",
              "RFC 5155 §8.9: no NSEC3 matches the cut, one with the opt-out flag covers it: the zone is "
              "insecure.\nIts DS is denied, without AD.", unsigned, com=parent)
    s.ask("www.example.com. A").check("insecure")
    s.ask("example.com. DS").check("insecure")
    parent = com()
    s = chain("dnssec-optout-nxdomain", "NXDOMAIN in an opt-out span",
              "RFC 5155 §9.2: where the span over the next closer name is opt-out, AD is not set.\nAn unsigned "
              "delegation might be there; the denial is given, as insecure.", unsigned, com=parent)
    s.ask("nothing.com. A").check("insecure")
    s.ask("com. TXT").check("secure")


def build():
    proofs()
    nsec_shapes()
    nsec3_parameters()
    opt_out()
