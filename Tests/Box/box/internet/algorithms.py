"""DNSSEC that is in order: every algorithm, every kind of denial, every tool, every sort of answer, and keys in the middle of a rollover."""

from .. import name
from ..dnssec import keys
from ..dnssec.plan import Signing, csk, ksk, zsk
from . import names
from .records import KINDS

DAEMONS = ("sld-nsd", "sld-knot", "sld-bind")
TOOLS = ("bind", "knot", "ldns")
SHORT_LIFE = 2 * 3600  # seconds: no run of all checks takes as long

# What every zone of the family is asked.
QUESTIONS = """
@ SOA NS A AAAA MX TXT DNSKEY DS
www A AAAA TXT
MAIL A
alias A AAAA CNAME
nowhere A
x.wild A TXT MX
y.x.wild A
*.wild A
wild A
x.wildalias A AAAA
nope A MX
x.y.nope A
z.www A
a.b.c A TXT
b.c A
c TXT
x.b.c A
l1.l2.l3.l4.l5.l6.l7.l8.l9.l10 A AAAA
l9.l10 A
k.l1.l2.l3.l4.l5.l6.l7.l8.l9.l10 A
k.k.k.k.k.k.l4.l5.l6.l7.l8.l9.l10 A
"""
BRIEFLY = """
@ SOA DNSKEY
www A AAAA
alias A
x.wild A
nope A
b.c TXT
"""


def fill(net, zone):
    apex = name.show(zone.apex)
    zone.add("@", "A", net.new_v4()).add("@", "MX", f"10 MaIl.{apex}").add("@", "TXT", '"v=spf1 -all"', '"b"', '""')
    zone.add("www", "A", net.new_v4(), net.new_v4(), "23.0.0.1").add("www", "AAAA", net.new_v6(), net.new_v6())
    zone.add("mail", "A", net.new_v4()).add("alias", "CNAME", f"www.{apex}").add("nowhere", "CNAME", f"gone.{apex}")
    zone.add("*.wild", "A", net.new_v4()).add("*.wild", "TXT", '"from a wildcard"').add("*.wildalias", "CNAME", f"www.{apex}")
    zone.add("a.b.c", "A", net.new_v4()).add("l1.l2.l3.l4.l5.l6.l7.l8.l9.l10", "A", net.new_v4())
    return zone


def family(net, label, signing, shape=None, questions=BRIEFLY, daemons=None, parent="example.", **options):
    """A zone of the family below `parent`, filled and asked; its servers take turns."""
    apex = f"{label}.{parent}"
    turn = len(net.zones)
    chosen = daemons or (DAEMONS[turn % 3], DAEMONS[(turn + 1) % 3])
    zone = net.zone(apex, [net.host(f"ns{number}.{apex}", daemon) for number, daemon in enumerate(chosen, 1)], **options)
    zone.signing = signing
    fill(net, zone)
    net.ask_in(zone, shape or label, questions)
    return zone


def build(net):
    _top(net)
    _every_algorithm(net)
    _key_sizes(net)
    _iterations(net)
    _rollovers(net)
    _delegation_signers(net)
    _contents(net)
    _online(net)
    _short_lived(net)


def _top(net):
    """The registry of the family."""
    servers = [net.host(f"{letter}.nic.example.", daemon) for letter, daemon in zip("abc", ("tld-nsd", "tld-knot", "tld-bind"))]
    zone = net.zone("example.", servers)
    zone.signing = Signing("bind", 13, "nsec")
    net.ask_in(zone, "dnssec-top", "@ SOA NS DS DNSKEY A\nnope A\nx.nope A\nzzz A\na.nic A\nnic A")


def _every_algorithm(net):
    turn = 0
    for algorithm in (5, 7, 8, 10, 13, 14, 15, 16):
        for denial in ("nsec", "nsec3", "opt-out"):
            if algorithm == 5 and denial != "nsec":  # it is for NSEC alone
                continue
            for tool in TOOLS if algorithm in (8, 13) else (TOOLS[turn % 3],):
                signing = Signing(tool, algorithm, denial, iterations=turn % 4 * 5 * (denial != "nsec"), salt="" if turn % 2 else "ab12cd34")
                family(net, f"{tool}-{algorithm}-{denial}", signing, "dnssec-algorithm", QUESTIONS)
                turn += 1


def _key_sizes(net):
    for bits in (1024, 2048):
        family(net, f"rsa-{bits}", Signing("bind", 8, keys=(ksk(bits=bits), zsk(bits=bits))), "dnssec-key-size")
    zone = family(net, "rsa-4096", Signing("bind", 10, keys=(csk(bits=4096),)), "dnssec-key-size", daemons=("sld-nsd", "sld-knot"))
    _large(net, zone)
    family(net, "rsa-512", Signing("ldns", 8, keys=(ksk(bits=512), zsk(bits=512))), "dnssec-key-small")
    family(net, "rsa-1023", Signing("hand", 8, keys=(ksk(bits=1025), zsk(bits=1031))), "dnssec-key-size")
    family(net, "rsa-exponent-3", Signing("hand", 8, keys=(ksk(exponent=3), zsk(exponent=3))), "dnssec-key-size")
    large = (1 << 40) + 15
    family(net, "rsa-exponent-large", Signing("hand", 10, keys=(ksk(exponent=large), zsk(exponent=large))), "dnssec-key-size")


def _iterations(net):
    """Above 50 what is denied is insecure, and what is there is secure: RFC 9276 §3.2."""
    for count, tool in ((1, "bind"), (50, "knot"), (50, "ldns")):
        family(net, f"{tool}-{count}-iterations", Signing(tool, 13, "nsec3", count), "dnssec-iterations", QUESTIONS)
    for count, tool in ((51, "knot"), (51, "ldns"), (150, "knot"), (150, "ldns"), (2500, "knot")):
        family(net, f"{tool}-{count}-iterations", Signing(tool, 13, "nsec3", count), "dnssec-iterations-above", QUESTIONS)


def _rollovers(net):
    """RFC 6781 §4.1, each step at which a validator may come by."""
    none = ()
    hidden = dict(published=False, signs=False)
    steps = {
        "csk": Signing("knot", 13, keys=(csk(),)),
        "csk-bind": Signing("bind", 15, keys=(csk(),)),
        "zsk-only": Signing("hand", 13, keys=(csk(), zsk(signs=False))),
        "prepublished-zsk": Signing("bind", 13, keys=(ksk(), zsk(), zsk(signs=False))),
        "prepublished-zsk-knot": Signing("knot", 13, "nsec3", keys=(ksk(), zsk(), zsk(signs=False))),
        "prepublished-zsk-ldns": Signing("ldns", 8, keys=(ksk(), zsk(), zsk(signs=False))),
        "double-zsk": Signing("bind", 13, "nsec3", keys=(ksk(), zsk(), zsk())),
        "double-zsk-knot": Signing("knot", 13, keys=(ksk(), zsk(), zsk())),
        "double-ksk-old-ds": Signing("bind", 13, keys=(ksk(), ksk(ds=none), zsk())),
        "double-ksk-new-ds": Signing("knot", 13, keys=(ksk(ds=none), ksk(), zsk())),
        "double-ksk-both-ds": Signing("ldns", 8, keys=(ksk(), ksk(), zsk())),
        "double-ds": Signing("bind", 13, keys=(ksk(), ksk(ds=(keys.SHA256,), **hidden), zsk())),
        "standby-ksk": Signing("knot", 13, keys=(ksk(), ksk(signs=False, ds=(keys.SHA256,)), zsk())),
        "algorithm-8-to-13-old-ds": Signing("bind", 13, keys=(ksk(algorithm=8), zsk(algorithm=8), ksk(ds=none), zsk())),
        "algorithm-8-to-13-both-ds": Signing("bind", 13, "nsec3", keys=(ksk(algorithm=8), zsk(algorithm=8), ksk(), zsk())),
        "algorithm-8-to-13-new-ds": Signing("bind", 13, keys=(ksk(algorithm=8, ds=none), zsk(algorithm=8), ksk(), zsk())),
        "algorithm-13-to-15-signatures-first": Signing("hand", 13, keys=(ksk(), zsk(), zsk(algorithm=15, published=False))),
        "algorithm-13-to-15-keys-only": Signing("hand", 13, keys=(ksk(), zsk(), ksk(algorithm=15, ds=none), zsk(algorithm=15, signs=False))),
        "algorithm-13-to-15-ds-of-both": Signing("hand", 13, keys=(ksk(), zsk(), ksk(algorithm=15), zsk(algorithm=15, signs=False))),
        "revoked-ksk": Signing("hand", 13, keys=(ksk(revoked=True, ds=none), ksk(), zsk())),
        "unknown-standby-key": Signing("hand", 13, keys=(ksk(), zsk(), ksk(algorithm=keys.UNKNOWN_ALGORITHM, signs=False))),
        "unknown-second-algorithm": Signing("hand", 13, keys=(
            ksk(), zsk(), ksk(algorithm=keys.UNKNOWN_ALGORITHM, ds=(keys.SHA256,)), zsk(algorithm=keys.UNKNOWN_ALGORITHM))),
        "key-of-another-protocol": Signing("hand", 13, keys=(ksk(), zsk(), zsk(protocol=2, signs=False))),
        "key-without-zone-bit": Signing("hand", 13, keys=(ksk(), zsk(), zsk(is_zone_key=False, signs=False))),
        "five-zsks": Signing("bind", 13, keys=(ksk(), *(zsk(signs=number == 3) for number in range(5)))),
    }
    for label, signing in steps.items():
        family(net, label, signing, "dnssec-rollover")


def _delegation_signers(net):
    """DS records of several kinds, of which one leads on."""
    each = {
        "ds-sha1": (keys.SHA1,), "ds-sha384": (keys.SHA384,), "ds-all": (keys.SHA1, keys.SHA256, keys.SHA384),
        "ds-unknown-too": (keys.UNKNOWN_DIGEST, keys.SHA256), "ds-wrong-sha1": (-keys.SHA1, keys.SHA256),
        "ds-two-digests": (keys.SHA384, keys.SHA256),
    }
    for label, digests in each.items():
        family(net, label, Signing("bind" if len(digests) > 1 else "knot", 13, keys=(ksk(ds=digests), zsk())), "dnssec-ds")


def _contents(net):
    """Kinds of records, sizes and names that make signed data hard to put into canonical form."""
    for label, signing in (("kinds", Signing("bind", 13)), ("kinds-nsec3", Signing("knot", 15, "nsec3"))):
        zone = family(net, label, signing, "dnssec-kinds")
        apex = name.show(zone.apex)
        for owner, (type_text, *texts) in KINDS.items():
            # Names in RDATA are signed in lower case but for new types, and in those NSD changes them.
            spelled = apex if type_text in ("SVCB", "HTTPS") else apex.title()
            zone.add(owner, type_text, *(text.replace("{apex}", spelled) for text in texts))
            net.ask_in(zone, "dnssec-kinds", f"{owner} {type_text} LOC")
    for label, signing in (("names", Signing("bind", 13, "nsec")), ("names-nsec3", Signing("knot", 13, "nsec3"))):
        zone = family(net, label, signing, "dnssec-names")
        for text in names.ODD:
            zone.add(text, "A", net.new_v4())
            owner = name.parse(text, zone.apex)
            for qname in (owner, (b"\0", *owner), (owner[0] + b"!", *owner[1:]) if len(owner[0]) < 63 else owner[1:]):
                net.ask(qname, "A", "dnssec-names")
            net.ask(owner, "TXT", "dnssec-names")
    for tool in ("knot", "ldns"):
        _large(net, family(net, f"large-{tool}", Signing(tool, 8, "nsec3"), "dnssec-large", daemons=("sld-nsd", "sld-knot")))
    zone = family(net, "apex-wildcard", Signing("bind", 13, "nsec3"), "dnssec-apex-wildcard")
    zone.add("*", "A", net.new_v4()).add("*", "MX", "10 mail.apex-wildcard.example.")
    net.ask_in(zone, "dnssec-apex-wildcard", "q A MX TXT\nr.q A TXT\ns.www A TXT\n* A\nr.b.c A")


def _large(net, zone):
    """RRsets that only TCP carries."""
    zone.add("hundred", "A", *(f"23.78.{index}.1" for index in range(100)))
    zone.add("text", "TXT", *('"' + f"{index:03d}" + "t" * 247 + '"' for index in range(60)))
    net.ask_in(zone, "dnssec-large", "hundred A AAAA\ntext TXT MX\nnope A")


def _online(net):
    """Signed while it is asked for, with denials made to measure."""
    for word in ("nsec", "nsec3", "compact"):
        apex = f"online-{word}.example."
        zone = net.zone(apex, [net.host(f"ns{number}.{apex}", "odd", manner=f"signed-{word}") for number in (1, 2)])
        zone.signing, zone.denies_names = Signing("online", 13, keys=(csk(),)), word != "compact"
        zone.add("@", "A", net.new_v4()).add("www", "A", net.new_v4(), net.new_v4()).add("www", "TXT", '"text"')
        zone.add("alias", "CNAME", f"www.{apex}").add("nowhere", "CNAME", f"gone.{apex}").add("a.b.c", "A", net.new_v4())
        net.ask_in(zone, "dnssec-online", "@ SOA NS A MX DNSKEY DS\nwww A TXT AAAA\nalias A AAAA\nnowhere A\nnope A\nnope AAAA\nx.y.nope A\nz.www A\n"
                   "b.c A TXT\nc A\na.b.c A AAAA\nx.b.c A\nq.r.s.c A")


def _short_lived(net):
    """Signatures that end before the TTL does: the check looks at the TTL."""
    zone = family(net, "short-lived", Signing("bind", 13, ends=SHORT_LIFE), "dnssec-short-lived")
    zone.add("long", "A", net.new_v4(), ttl=86400).add("*.long-wild", "A", net.new_v4(), ttl=86400)
    net.ask_in(zone, "dnssec-short-lived", "long A\nx.long-wild A")
