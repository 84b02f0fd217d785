"""Denials made from the cache (RFC 8198), key tag sentinels (RFC 8509), key tag signals (RFC 8145)."""

from .keys import Key
from .scenario import EXAMPLE_ADDRESS, chain, com_zone, example_zone, island
from .zones import Zone


def covered_alike(zone, first, word):
    """A name one label below the apex that the proof for `first` denies, too."""
    proof = set(zone.deny_all(first))
    number = 0
    while True:
        name = f"{word}{number}.{zone.name}"
        if name != first and not zone.exists(name) and set(zone.deny_all(name)) <= proof:
            return name
        number += 1


def synthesis():
    for kind in ("nsec", "nsec3"):
        zone = example_zone("*.wild A 203.0.113.8", denial=kind)
        second = covered_alike(zone, "nothing.example.com.", "n")
        s = island(f"dnssec-aggressive-nxdomain-{kind}", "NXDOMAIN from the cache",
                   "RFC 8198 §5.1, §5.2: the proof of one denial is good for every name that it covers.\nThe second name costs no "
                   "query and is secure.", zone)
        s.ask("nothing.example.com. A").check("secure")
        s.ask(f"{second} A").check("secure").count("=", 0)
        zone = example_zone(denial=kind)
        s = island(f"dnssec-aggressive-nodata-{kind}", "NODATA from the cache",
                   "RFC 8198 §5.1, §5.2: the record of a name lists all its types.\nA second type that it does not list costs no "
                   "query.", zone)
        s.ask("www.example.com. TXT").check("secure")
        s.ask("www.example.com. MX").check("secure").count("=", 0)
        s.ask("www.example.com. A").check("secure")
        zone = example_zone(denial=kind)
        s = island(f"dnssec-aggressive-off-{kind}", "denials from the cache, switched off",
                   "RFC 8198 §5: with the setting off every name is asked for.", zone, settings=["aggressive-nsec: no"])
        second = covered_alike(zone, "nothing.example.com.", "n")
        s.ask("nothing.example.com. A").check("secure")
        s.ask(f"{second} A").check("secure").count("=", 1)
        zone = example_zone(denial=kind)
        s = island(f"dnssec-aggressive-expires-{kind}", "a proof that has expired",
                   "RFC 8198 §5.4: records of a proof are used no longer than their TTL.\nAfter 901 seconds the second name is asked "
                   "for.", zone)
        second = covered_alike(zone, "nothing.example.com.", "n")
        s.ask("nothing.example.com. A").check("secure")
        s.pass_time(901)
        s.ask(f"{second} A").check("secure").count("=", 1, question=f"{second} A")
    zone = example_zone("*.wild A 203.0.113.8")
    s = island("dnssec-aggressive-wildcard", "a wildcard's answer from the cache",
               "RFC 8198 §5.3: the wildcard's data and the proof that no nearer name exists make the answer for another name.\nThe "
               "zone is known by an earlier denial.", zone)
    s.ask("nothing.example.com. A").check("secure")
    s.ask("any.wild.example.com. A").check("secure")
    s.ask("other.wild.example.com. A").check("secure").count("=", 0)
    s = island("dnssec-aggressive-without-do", "a client without DO gets a made denial, too",
               "RFC 8198 §5, RFC 4035 §3.2.1: the same, without the proofs.", example_zone())
    s.ask("nothing.example.com. A", do=False).check("secure")
    s.ask("nowhere.example.com. A", do=False, ad=True).check("secure").count("=", 0)


def never():
    unsigned = Zone("example.com.", "www A 203.0.113.1", denial=None, address=EXAMPLE_ADDRESS)
    com = com_zone(unsigned, denial="nsec3", opt_out=True)
    second = covered_alike(com, "nothing.com.", "n")
    s = chain("dnssec-aggressive-opt-out", "nothing is made from opt-out records",
              "RFC 8198 §5.2, RFC 5155 §9.2: an unsigned delegation may be in an opt-out span: the next name is asked for.", unsigned,
              com=com)
    s.ask("nothing.com. A").check("insecure")
    s.ask(f"{second} A").check("insecure").count("=", 1, question=f"{second} A")
    unsigned = Zone("example.com.", "www A 203.0.113.1", "@ MX 10 www.example.com.", denial=None, address=EXAMPLE_ADDRESS)
    s = chain("dnssec-aggressive-not-below-cut", "the NSEC of a cut says nothing of the child",
              "RFC 8198 §5.1, RFC 6840 §4.1: the denial of DS is in the cache, with NS among its types.\nNeither the child's types nor "
              "its names are denied from it.", unsigned)
    s.ask("example.com. DS").check("secure")
    s.ask("example.com. MX").check("insecure")
    s.ask("www.example.com. A").check("insecure")

    zone = example_zone("m A 203.0.113.5", "z A 203.0.113.6")
    zone.signing["NSEC"] = {"corrupt": True}
    s = island("dnssec-aggressive-not-from-bogus", "nothing is made from a bogus proof",
               "RFC 8198 §5: only validated records may be used.\nThe proof of the first denial does not verify; the second name exists "
               "and is found, the third is asked for.", zone)
    s.ask("p.example.com. A", cd=True).check("insecure")
    s.ask("z.example.com. A").check("secure")
    s.ask("q.example.com. A").check("bogus").count(">=", 1, question="q.example.com. A")


def sentinels():
    lines = []
    root_key = Key(".", 8)
    other = (root_key.tag + 1) % 65536
    for tag in (root_key.tag, other):
        lines += [f"root-key-sentinel-{word}-ta-{tag:05} A 203.0.113.1" for word in ("is", "not")]
    s = chain("dnssec-sentinel", "sentinels for root keys",
              f"RFC 8509 §3: the resolver's anchor for the root has key tag {root_key.tag}.\nis-ta for it and not-ta for another are "
              "answered as they are; the two others are SERVFAIL. With CD, and for other types, all are answered.", example_zone(*lines))
    s.ask(f"root-key-sentinel-is-ta-{root_key.tag:05}.example.com. A").check("secure")
    s.ask(f"root-key-sentinel-is-ta-{other:05}.example.com. A").check("bogus")
    s.ask(f"root-key-sentinel-not-ta-{root_key.tag:05}.example.com. A").check("bogus")
    s.ask(f"root-key-sentinel-not-ta-{other:05}.example.com. A").check("secure")
    s.ask(f"root-key-sentinel-is-ta-{other:05}.example.com. A", cd=True).check("insecure", match="rcode question answer")
    s.ask(f"root-key-sentinel-is-ta-{other:05}.example.com. TXT").check("secure")
    zone = Zone("example.com.", *lines, denial=None, address=EXAMPLE_ADDRESS)
    s = chain("dnssec-sentinel-insecure", "a sentinel in an unsigned zone",
              "RFC 8509 §3.1: only answers that are secure are changed.", zone)
    s.ask(f"root-key-sentinel-is-ta-{other:05}.example.com. A").check("insecure")


def signals():
    tag = Key(".", 8).tag
    s = chain("dnssec-signal", "the resolver tells the root which key it trusts",
              "RFC 8145 §5: a query for _ta- and the key tags in hexadecimal, type NULL, when the root's keys are fetched.\nOne, and not "
              "one for each question.", example_zone("mail A 203.0.113.2"), settings=["trust-anchor-signaling: yes"])
    s.servers[0].extra = (f"_ta-{tag:04x}. NULL",)
    s.ask("www.example.com. A").check("secure")
    s.ask("mail.example.com. A").check("secure")
    s.step(f"STEP {{}} COUNT_OUT_QUERIES = 1 TO {s.servers[0].address}", [
        "MATCH qname qtype", "SECTION QUESTION", f"    _ta-{tag:04x}. IN NULL"])
    s = chain("dnssec-signal-daily", "the resolver tells the root once a day which key it trusts",
              "RFC 8145 §5: a query for _ta- and the key tags in hexadecimal, type NULL, when the root's keys are fetched.\nOne a "
              "day.", example_zone("mail A 203.0.113.2"), settings=["trust-anchor-signaling: yes"])
    s.servers[0].extra = (f"_ta-{tag:04x}. NULL",)
    s.ask("www.example.com. A").check("secure")
    s.ask("mail.example.com. A").check("secure")
    for elapsed, sent in ((86000, 1), (4000, 2)):
        s.pass_time(elapsed)
        s.ask("mail.example.com. A").check("secure")
        s.step(f"STEP {{}} COUNT_OUT_QUERIES = {sent} TO {s.servers[0].address}", [
            "MATCH qname qtype", "SECTION QUESTION", f"    _ta-{tag:04x}. IN NULL"])
    s = chain("dnssec-signal-off", "no key tag signals",
              "RFC 8145 §5: switched off, nothing is sent.", example_zone(), settings=["trust-anchor-signaling: no"])
    s.ask("www.example.com. A").check("secure")
    s.count("=", 0, question=f"_ta-{tag:04x}. NULL")


def build():
    synthesis()
    never()
    sentinels()
    signals()
