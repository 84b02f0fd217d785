"""The bulk: hundreds of everyday zones, delegated in the everyday ways, with everyday names in them."""

ADJECTIVES = ("amber", "brisk", "calm", "dusty", "early", "faint", "grand", "hollow", "inner", "jolly", "keen", "lucid", "mellow",
              "noble", "outer", "plain", "quiet", "rapid", "solid", "tidy", "upper", "vivid", "warm", "young")
NOUNS = ("anchor", "bakery", "canal", "depot", "engine", "ferry", "garden", "harbour", "island", "journal", "kettle", "ladder",
         "market", "needle", "orchard", "printer", "quarry", "river", "studio", "tower", "union")
ENDINGS = ("com", "net", "org", "com", "de", "co.uk", "info", "io", "com", "fr", "nl", "org", "com.br", "app", "se", "net", "ch", "jp",
           "com.au", "ca", "biz", "xn--p1ai", "edu", "dev", "org.uk", "museum", "uk")
KINDS = ("sld-nsd", "sld-knot", "sld-bind")
COUNT = 400

QUESTIONS = """
@ SOA NS A AAAA MX TXT CAA DS
www A AAAA HTTPS
mail A
ftp A
shop A AAAA
_sip._tcp SRV
only4 A AAAA
a.b.c A
b.c A
anything.dyn A
nope A
"""


def build(net):
    names = [f"{adjective}-{noun}" for noun in NOUNS for adjective in ADJECTIVES][:COUNT]
    apexes = [f"{text}.{ENDINGS[index % len(ENDINGS)]}." for index, text in enumerate(names)]
    net.ordinary = apexes
    for index, apex in enumerate(apexes):
        zone = _delegated(net, index, apex)
        fill(net, zone, apex, apexes[(index * 7 + 3) % len(apexes)])
        net.ask_in(zone, "ordinary", QUESTIONS)


def _delegated(net, index, apex):
    """The six everyday ways to be delegated, in turn."""
    hosters = list(net.hosters.values())
    first, second = hosters[index % len(hosters)], hosters[(index * 5 + 1) % len(hosters)]
    own = lambda label, turn: net.host(f"{label}.{apex}", KINDS[(index // 6 + turn) % 3])
    match index % 6:
        case 0:
            return net.zone(apex, [own("ns1", 0), own("ns2", 1)])
        case 1:
            return net.zone(apex, first)
        case 2:
            return net.zone(apex, first, glue="needed")
        case 3:
            return net.zone(apex, first + [host for host in second if host not in first])
        case 4:
            return net.zone(apex, [own("dns", 2), first[0]])
        case _:
            return net.zone(apex, [own("a.ns", 0), own("b.ns", 1), own("c.ns", 2)])


def fill(net, zone, apex, other):
    """Everyday content; `other` is another zone that a shop alias leads to."""
    zone.add("@", "A", net.new_v4()).add("@", "AAAA", net.new_v6())
    zone.add("@", "MX", f"10 mail.{apex}", f"20 mail.{other}")
    zone.add("@", "TXT", '"v=spf1 mx -all"', f'"site-verification={net.random.randrange(10 ** 9)}"')
    zone.add("@", "CAA", '0 issue "ca.example.net"')
    zone.add("www", "A", net.new_v4(), net.new_v4()).add("www", "AAAA", net.new_v6())
    zone.add("mail", "A", net.new_v4()).add("ftp", "CNAME", f"www.{apex}").add("shop", "CNAME", f"www.{other}")
    zone.add("_sip._tcp", "SRV", f"10 60 5060 mail.{apex}").add("only4", "A", net.new_v4())
    zone.add("a.b.c", "A", net.new_v4()).add("*.dyn", "A", net.new_v4())
