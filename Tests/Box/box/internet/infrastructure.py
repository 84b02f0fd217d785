"""The top: the root with its real addresses, the TLDs, the reverse trees, and the hosting companies that serve zones for others."""

from .. import name
from ..model import Host

ROOTS = {  # as published at https://www.iana.org/domains/root/servers
    "a": ("198.41.0.4", "2001:503:ba3e::2:30"), "b": ("170.247.170.2", "2801:1b8:10::b"),
    "c": ("192.33.4.12", "2001:500:2::c"), "d": ("199.7.91.13", "2001:500:2d::d"),
    "e": ("192.203.230.10", "2001:500:a8::e"), "f": ("192.5.5.241", "2001:500:2f::f"),
    "g": ("192.112.36.4", "2001:500:12::d0d"), "h": ("198.97.190.53", "2001:500:1::53"),
    "i": ("192.36.148.17", "2001:7fe::53"), "j": ("192.58.128.30", "2001:503:c27::2:30"),
    "k": ("193.0.14.129", "2001:7fd::1"), "l": ("199.7.83.42", "2001:500:9f::42"),
    "m": ("202.12.27.33", "2001:dc3::35"),
}
ROOT_DAEMON = dict.fromkeys("abcde", "root-nsd") | dict.fromkeys("fghi", "root-knot") | dict.fromkeys("jklm", "root-bind")

GENERIC = ("com", "net")  # one set of servers for both, named below net, as in the real one
TLDS = ("org", "info", "biz", "io", "dev", "app", "de", "fr", "nl", "se", "ch", "br", "uk", "jp", "au", "ca", "edu", "museum",
        "xn--p1ai")
SECOND_LEVEL = {"co.uk": "uk", "org.uk": "uk", "com.br": "br", "com.au": "au"}  # registries below a TLD
HOSTERS = {  # apex -> the daemons of its servers ns1, ns2, ...
    "anvil-dns.com": ("sld-nsd", "sld-knot"), "birch-dns.com": ("sld-bind", "sld-nsd"),
    "cedar-dns.net": ("sld-knot", "sld-bind"), "delta-dns.net": ("sld-nsd", "sld-nsd", "sld-bind"),
    "ember-dns.org": ("sld-bind", "sld-knot"), "fjord-dns.org": ("sld-knot", "sld-nsd"),
    "grove-dns.info": ("sld-nsd", "sld-bind"), "haven-dns.de": ("sld-bind",), "iris-dns.fr": ("sld-knot", "sld-knot"),
    "jetty-dns.co.uk": ("sld-nsd", "sld-knot", "sld-bind"), "kiln-dns.io": ("sld-bind", "sld-bind"),
    "loom-dns.biz": ("sld-knot", "sld-nsd"),
}


def build(net):
    _root(net)
    _registries(net)
    _reverse(net)
    net.hosters = {}
    for apex, daemons in HOSTERS.items():
        servers = [net.host(f"ns{index}.{apex}.", daemon) for index, daemon in enumerate(daemons, 1)]
        zone = net.zone(f"{apex}.", servers).add("@", "A", net.new_v4()).add("www", "A", net.new_v4())
        net.hosters[apex] = servers
        net.ask_in(zone, "hoster", "@ SOA NS A\nwww A AAAA\nns1 A AAAA\nns9 A")


def _root(net):
    servers = [Host(name.parse(f"{letter}.root-servers.net."), [v4], [v6], net.daemons[ROOT_DAEMON[letter]])
               for letter, (v4, v6) in ROOTS.items()]
    net.hosts += servers
    root = net.zone(".", servers)
    net.ask_in(root, "root", ". NS SOA A TXT\nno-such-tld A AAAA NS\nwww.no-such-tld A\ncom DS")
    below = net.zone("root-servers.net.", servers, shares_with_parent=True)
    net.ask_in(below, "root", "@ NS SOA\na A AAAA\nm A AAAA\nn A")


def _registries(net):
    servers = [net.host(f"{letter}.gtld-servers.net.", daemon) for letter, daemon in
               zip("abcdef", ("tld-nsd", "tld-knot", "tld-bind") * 2)]
    names = [net.host("av1.nstld.com.", "sld-nsd"), net.host("av2.nstld.com.", "sld-bind")]
    net.zone("nstld.com.", names)
    net.zone("gtld-servers.net.", names)
    for tld in GENERIC:
        net.zone(f"{tld}.", servers)
    for index, tld in enumerate(TLDS):
        letters = [("a", "tld-nsd"), ("b", "tld-knot"), ("c", "tld-bind")]
        del letters[index % 4:index % 4 + 1]  # every fourth keeps all three
        net.zone(f"{tld}.", [net.host(f"{letter}.nic.{tld}.", daemon) for letter, daemon in letters])
    for apex, tld in SECOND_LEVEL.items():  # held by the servers of the parent: no referral is ever seen
        net.zone(f"{apex}.", net.zones[name.parse(f"{tld}.")].servers, shares_with_parent=True)
    for zone in list(net.zones.values()):
        net.ask_in(zone, "registry", "@ NS SOA DS\nwww.no-such-zone-here A")


def _reverse(net):
    servers = [net.host(f"{letter}.in-addr-servers.arpa.", daemon) for letter, daemon in zip("abc", ("tld-nsd", "tld-knot", "tld-bind"))]
    net.zone("arpa.", servers)
    leaves = [net.host("a.reverse-servers.net.", "sld-knot"), net.host("b.reverse-servers.net.", "sld-bind")]
    net.zone("reverse-servers.net.", leaves)
    for apex in ("in-addr.arpa.", "ip6.arpa."):
        net.zone(apex, servers, shares_with_parent=True)
    zone = net.zone("23.in-addr.arpa.", leaves)
    for index in range(40):
        zone.add(f"{index + 1}.20.10", "PTR", f"host-{index + 1}.reverse-servers.net.")
        net.ask(f"{index + 1}.20.10.23.in-addr.arpa.", "PTR", "reverse")
    net.ask_in(zone, "reverse", "@ SOA NS\n20.10 PTR\n99.20.10 PTR")
    six = net.zone("0.0.f.1.0.0.6.2.ip6.arpa.", leaves)
    for digit in "123456789abcdef":
        owner = ".".join(digit + "0" * 22 + "1")
        six.add(owner, "PTR", f"six-{digit}.reverse-servers.net.")
        net.ask_in(six, "reverse", f"{owner} PTR")
    _classless(net, zone, leaves)


def _classless(net, zone, leaves):
    """RFC 2317: the owner of a few addresses has a zone of its own, and aliases lead there."""
    child = net.zone("0-15.30.10.23.in-addr.arpa.", [net.host("ns1.reverse-customer.org.", "deep-nsd")])
    net.zone("reverse-customer.org.", [net.host("ns2.reverse-customer.org.", "sld-nsd")])
    for index in range(1, 15):
        zone.add(f"{index}.30.10", "CNAME", f"{index}.0-15.30.10.23.in-addr.arpa.")
        child.add(str(index), "PTR", f"customer-{index}.reverse-customer.org.")
        net.ask(f"{index}.30.10.23.in-addr.arpa.", "PTR", "classless-reverse")
