"""What the bits DO, AD and CD of a query change (RFC 4035 §3.2, RFC 6840 §5.7 to §5.9)."""

from .scenario import chain, example_zone, island
from .zones import Zone


def bits():
    s = island("dnssec-client-ad-bit", "who is told that data are authentic",
               "RFC 6840 §5.7 and §5.8, RFC 4035 §3.2.1: AD goes to a client that set DO or AD, and signatures to one that "
               "set DO.\nAll four kinds of client ask for the same data.", example_zone())
    s.ask("www.example.com. A", do=False).check("secure")
    s.ask("www.example.com. A", do=False, ad=True).check("secure")
    s.ask("www.example.com. A").check("secure")
    s.ask("www.example.com. A", ad=True).check("secure")
    for denial in ("nsec", "nsec3"):
        s = island(f"dnssec-client-denial-without-do-{denial}", "denials for a client without DO",
                   "RFC 4035 §3.2.1: NSEC, NSEC3 and RRSIG are taken out for a client that did not set DO; the SOA "
                   "stays.\nThe same denials with DO come from the cache with all their proofs.",
                   example_zone(denial=denial))
        s.ask("nothing.example.com. A", do=False, ad=True).check("secure")
        s.ask("www.example.com. TXT", do=False).check("secure")
        s.ask("nothing.example.com. A").check("secure").count("=", 0)
        s.ask("www.example.com. TXT").check("secure").count("=", 0)
    s = chain("dnssec-client-ad-insecure", "AD is not for insecure data",
              "RFC 4035 §3.2.3: AD only where every RRset was authenticated.\nThe zone is unsigned: neither DO nor AD in "
              "the query brings AD in the answer.", Zone("example.com.", "www A 203.0.113.1", denial=None,
                                                         address="198.51.100.1"))
    s.ask("www.example.com. A").check("insecure")
    s.ask("www.example.com. A", do=False, ad=True).check("insecure")


def broken(zone):
    """The address is signed by nobody's key."""
    zone.signing[("www.example.com.", "A")] = {"corrupt": True}
    return zone


def checking_disabled():
    s = island("dnssec-client-cd-bogus", "bogus data for a client that checks itself",
               "RFC 4035 §3.2.2, §4.7: CD asks for the data as they are.\nFirst CD gets the bogus address, then a client "
               "without CD gets SERVFAIL: what was fetched unchecked is not served as checked. Then CD gets the data "
               "again.", broken(example_zone()), server_about="example.com., whose address has a corrupted signature.")
    s.ask("www.example.com. A", cd=True).check("insecure")
    s.ask("www.example.com. A").check("bogus", ede=6)
    s.ask("www.example.com. A", cd=True).check("insecure")
    s.ask("www.example.com. A", do=False).check("bogus")
    s = island("dnssec-client-bogus-then-cd", "CD after SERVFAIL",
               "RFC 4035 §4.7, RFC 6840 §5.9: that an answer is bogus is remembered for clients without CD; a client with "
               "CD gets the data.", broken(example_zone()),
               server_about="example.com., whose address has a corrupted signature.")
    s.ask("www.example.com. A").check("bogus", ede=6)
    s.ask("www.example.com. A", cd=True).check("insecure")
    s = island("dnssec-client-cd-then-checked", "unchecked data are checked before anybody else gets them",
               "RFC 4035 §3.2.2: a first client with CD gets good data unchecked, without AD.\nThe second one, without CD, "
               "gets them checked, with AD.", example_zone())
    s.ask("www.example.com. A", cd=True).check("insecure", match="rcode question answer")
    s.ask("www.example.com. A").check("secure")
    s = island("dnssec-client-cd-denial", "unchecked denials",
               "RFC 4035 §3.2.2: the same for a denial: what a client with CD was told is not taken over for others.",
               example_zone(), change=lambda reply, qname, qtype: (
                   reply.remove("NSEC", "RRSIG NSEC") if qname.startswith("nothing") else reply),
               server_about="example.com., which denies names without proof.")
    s.ask("nothing.example.com. A", cd=True, do=False).check("insecure")
    s.ask("nothing.example.com. A", do=False).check("bogus")


def build():
    bits()
    checking_disabled()
