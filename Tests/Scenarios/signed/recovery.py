"""What is bogus is asked again elsewhere, and is not remembered for long."""

from .keys import Key
from .records import Record
from .scenario import Scenario, chain, com_zone, example_zone, island, root_zone, COM_ADDRESS, ROOT_ADDRESS
from .zones import Reply, Zone

OTHER = "198.51.100.9"


def two_servers():
    return example_zone("@ NS ns2.example.com.", f"ns2 A {OTHER}", "mail A 203.0.113.2")


def corrupt(type):
    def change(reply, qname, qtype):
        if qtype == type:
            bad = two_servers()
            bad.signing[type] = {"corrupt": True}
            return bad.reply(qname, qtype)
        return reply
    return change


def elsewhere():
    for word, type, text in (("answer", "A", "address"), ("keys", "DNSKEY", "DNSKEY RRset")):
        zone = two_servers()
        s = chain(f"dnssec-retry-bogus-{word}", f"one of two servers has a broken {text}",
                  "RFC 4035 §4.7, RFC 9520 §3.2; issue: what is bogus is asked for again from the zone's other servers before it "
                  f"is called bogus.\nThe {text} of one server has a corrupted signature, the other server's is right: whichever "
                  "is asked first, the answer is secure.", zone, change=corrupt(type),
                  server_about=f"example.com., the server whose {text} has a corrupted signature.")
        s.serve(OTHER, two_servers(), about="example.com., the other server.")
        s.ask("www.example.com. A").check("secure")
        s.ask("mail.example.com. A").check("secure")
    zone = two_servers()
    s = chain("dnssec-retry-all-bogus", "all servers are bogus",
              "RFC 4035 §4.7; issue: asking again is bounded.\nBoth servers have a corrupted signature: each is asked, then the client "
              "gets SERVFAIL.", zone, change=corrupt("A"))
    s.serve(OTHER, two_servers(), change=corrupt("A"), about="example.com., the other server, with the same fault.")
    s.ask("www.example.com. A").check("bogus", ede=6)
    s.count("<=", 4, question="www.example.com. A").count(">=", 2, question="www.example.com. A")
    zone = two_servers()
    s = chain("dnssec-retry-stripped", "one of two servers leaves signatures out",
              "RFC 4035 §4.7: a server that does not know DNSSEC, or something on the way to it, answers without RRSIG.\nThe other one "
              "answers in full: secure.", zone, change=lambda reply, qname, qtype: reply.without_dnssec(),
              server_about="example.com., the server that leaves all signatures and proofs out.")
    s.serve(OTHER, two_servers(), about="example.com., the other server.")
    s.ask("www.example.com. A").check("secure")
    s.ask("nothing.example.com. A").check("secure")


def later():
    good = example_zone()

    def phases(name, title, about, type, **options):
        s = chain(name, title, about, example_zone(), **options)
        bad = example_zone()
        bad.signing[type] = {"corrupt": True}
        broken = s.servers.pop()
        s.serve(broken.address, bad, steps=(0, 40), about=f"example.com. at first, with a corrupted signature of its {type}.")
        s.serve(broken.address, good, steps=(50, 1000), about="example.com. once it is repaired.")
        return s
    s = phases("dnssec-bogus-remembered", "a bogus answer is remembered, and not for long",
               "RFC 4035 §4.7, RFC 9520 §3.2; issue: a bogus answer is kept for at most 60 seconds.\nA second client is told at once, "
               "without another query. After 60 seconds the zone is repaired, and asked again.", "A")
    s.ask("www.example.com. A").check("bogus", ede=6)
    s.ask("www.example.com. A").check("bogus", ede=6).count("=", 0)
    s.pass_time(61)
    s.ask("www.example.com. A").check("secure", zones=all_zones(s, good))
    s = phases("dnssec-bogus-keys-recover", "a zone whose keys were bogus recovers",
               "RFC 4035 §4.7; issue: a bogus answer is kept for at most 60 seconds.\nThe DNSKEY RRset did not verify; 61 seconds later "
               "it does, and the zone is secure again.", "DNSKEY")
    s.ask("www.example.com. A").check("bogus")
    s.ask("www.example.com. A").check("bogus")
    s.pass_time(61)
    s.ask("www.example.com. A").check("secure", zones=all_zones(s, good))


def all_zones(s, leaf):
    return [z for server in s.servers for z in server.zones if z.name != leaf.name] + [leaf]


def silent():
    zone = example_zone()
    s = chain("dnssec-keys-unreachable", "the zone's server is silent about its keys",
              "RFC 4035 §4.7, RFC 8914 §4.10: data come, and the DNSKEY RRset does not: SERVFAIL, since nothing can be checked.", zone,
              change=lambda reply, qname, qtype: None if qtype == "DNSKEY" else reply,
              server_about="example.com., which never answers questions for its keys.")
    s.ask("www.example.com. A").check("bogus")


def build():
    elsewhere()
    later()
    silent()
