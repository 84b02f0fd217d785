"""How long validated data live (RFC 4035 §5.3.3, RFC 2308, RFC 9077)."""

from dataclasses import replace

from .scenario import chain, example_zone, island
from .zones import Reply


def aged(reply, ttl):
    """The reply with that TTL everywhere."""
    return Reply(reply.rcode, reply.authoritative, *([replace(r, ttl=ttl) for r in s] for s in reply.sections()))


def positive():
    zone = example_zone()
    zone.signing[("www.example.com.", "A")] = {"expiration": "20250701001000"}
    s = island("dnssec-ttl-until-expiration", "a TTL longer than the signature lives",
               "RFC 4035 §5.3.3: the TTL is at most the time that is left until the signature expires.\nTTL 3600, signature for 600 "
               "seconds more. After that it is asked for again.", zone)
    s.servers[2].steps = (0, 40)
    renewed = example_zone()
    s.serve(zone.address, renewed, steps=(50, 1000), about="example.com. with a new signature.")
    s.ask("www.example.com. A").check("secure", ttl=True, reply=aged(s.truth("www.example.com.", "A"), 600))
    s.pass_time(601)
    s.ask("www.example.com. A").check("secure", zones=[renewed])
    s.count(">=", 1, question="www.example.com. A")

    zone = example_zone()

    def raised(reply, qname, qtype):
        if qname.startswith("www"):
            reply.answer = [replace(r, ttl=7200) for r in reply.answer]
        return reply
    s = island("dnssec-ttl-original", "a TTL that somebody raised",
               "RFC 4035 §5.3.3: TTLs are not signed, the original TTL is.\n7200 on the wire, 3600 when it was signed: 3600.", zone,
               change=raised)
    s.ask("www.example.com. A").check("secure", ttl=True)

    def short(reply, qname, qtype):
        if qname.startswith("www"):
            reply.answer = [replace(r, ttl=60) if r.type == "RRSIG" else r for r in reply.answer]
        return reply
    s = island("dnssec-ttl-of-signature", "a signature with a shorter TTL than its RRset",
               "RFC 4035 §5.3.3: the lower TTL of the RRset and its RRSIG counts for both.", example_zone(), change=short)
    s.ask("www.example.com. A").check("secure", ttl=True, reply=aged(s.truth("www.example.com.", "A"), 60))
    s = island("dnssec-ttl-counts-down", "secure data from the cache",
               "RFC 4035 §4.5, RFC 1035 §3.2.1: after 100 seconds the RRset and its signature are given with 100 seconds less, and "
               "still with AD.", example_zone())
    s.ask("www.example.com. A").check("secure", ttl=True)
    s.pass_time(100)
    s.ask("www.example.com. A").check("secure", ttl=True, reply=aged(s.truth("www.example.com.", "A"), 3500)).count("=", 0)


def negative():
    for kind in ("nsec", "nsec3"):
        s = island(f"dnssec-ttl-negative-{kind}", "how long a denial is kept",
                   "RFC 2308 §5, RFC 9077 §3: the least of the SOA's TTL and MINIMUM; the same for the records of the proof.\n900 "
                   "seconds; 100 seconds later 800 are left.", example_zone(denial=kind))
        s.ask("nothing.example.com. A").check("secure", ttl=True)
        s.pass_time(100)
        s.ask("nothing.example.com. A").check(
            "secure", ttl=True, reply=aged(s.truth("nothing.example.com.", "A"), 800)).count("=", 0)
        zone = example_zone(denial=kind)
        zone.signing[kind.upper()] = {"expiration": "20250701000500"}
        s = island(f"dnssec-ttl-negative-until-expiration-{kind}", "a denial whose proof expires soon",
                   "RFC 4035 §5.3.3, §5.4: a denial lives no longer than the signatures of its proof.\nThey have 300 seconds left of the "
                   "900; after that it is asked for again.", zone)
        s.servers[2].steps = (0, 40)
        renewed = example_zone(denial=kind)
        s.serve(zone.address, renewed, steps=(50, 1000), about="example.com. with new signatures.")
        s.ask("nothing.example.com. A").check("secure")
        s.pass_time(301)
        s.ask("nothing.example.com. A").check("secure", zones=[renewed])
        s.count("=", 1, question="nothing.example.com. A")


def chains():
    zone = example_zone(ttl=600)
    s = chain("dnssec-ttl-keys-expire", "keys are fetched again when their TTL is over",
              "RFC 4035 §4.4, §5.3.3: what was concluded from a DNSKEY RRset does not outlive it.\nAfter 601 seconds address and keys have "
              "expired; the zone is secure again with what is fetched then.", zone)
    s.ask("www.example.com. A").check("secure")
    s.pass_time(601)
    s.ask("www.example.com. A").check("secure").count(">=", 1, question="example.com. DNSKEY")


def build():
    positive()
    negative()
    chains()
