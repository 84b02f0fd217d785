"""CNAME, DNAME and wildcards: within a zone, across zones and TLDs, in chains and in circles."""

SERVERS = {"alias-one.com.": "sld-nsd", "alias-two.org.": "sld-knot", "alias-three.de.": "sld-bind"}


def build(net):
    zones = []
    for apex, daemon in SERVERS.items():
        zones.append(net.zone(apex, [net.host(f"ns1.{apex}", daemon), net.host(f"ns2.{apex}", daemon)]))
    one, two, three = zones
    _chains(net, one, two, three)
    _failures(net, one, two)
    _dname(net, one, two, three)
    _wildcards(net)


def _chains(net, one, two, three):
    one.add("across", "CNAME", "host.alias-two.org.").add("to-nothing", "CNAME", "missing.alias-two.org.")
    one.add("to-no-data", "CNAME", "host.alias-two.org.").add("to-root", "CNAME", ".")
    two.add("host", "A", net.new_v4(), net.new_v4())
    net.ask_in(one, "cname-across", "across A AAAA CNAME TXT\nto-nothing A\nto-no-data AAAA MX\nto-root A NS\nto-root SOA")
    apexes = list(SERVERS)
    for index in range(8):  # eight aliases, each in another zone than the one before
        zone, after = (one, two, three)[index % 3], apexes[(index + 1) % 3]
        zone.add(f"chain-{index}", "CNAME", f"chain-{index + 1}.{after}")
    (one, two, three)[8 % 3].add("chain-8", "A", net.new_v4()).add("chain-8", "AAAA", net.new_v6())
    net.ask_in(one, "chain-of-8", "chain-0 A AAAA MX CNAME\nchain-3 A")
    for index in range(7):  # the same within one zone, which a server may follow by itself
        two.add(f"inner-{index}", "CNAME", f"inner-{index + 1}.alias-two.org.")
    two.add("inner-7", "A", net.new_v4())
    net.ask_in(two, "chain-within-zone", "inner-0 A AAAA\ninner-4 A")
    for index in range(16):
        three.add(f"endless-{index}", "CNAME", f"endless-{index + 1}.alias-three.de.")
    three.add("endless-16", "A", net.new_v4())
    net.ask_in(three, "chain-of-16", "endless-0 A", kind="meant-to-fail")


def _failures(net, one, two):
    one.add("loop", "CNAME", "loop.alias-two.org.").add("self", "CNAME", "self.alias-one.com.")
    two.add("loop", "CNAME", "loop.alias-one.com.")
    one.add("to-dead", "CNAME", "www.all-closed.info.").add("to-lame", "CNAME", "www.all-lame-0.com.")
    net.ask_in(one, "cname-loop", "loop A\nself A", kind="meant-to-fail")
    net.ask_in(one, "cname-to-broken", "to-dead A\nto-lame A", kind="meant-to-fail")
    net.ask_in(one, "cname-loop", "loop CNAME\nself CNAME")


def _dname(net, one, two, three):
    one.add("tree", "DNAME", "branch.alias-two.org.")
    two.add("leaf.branch", "A", net.new_v4()).add("deep.leaf.branch", "TXT", '"under two names"')
    two.add("via.branch", "CNAME", "chain-8.alias-three.de.")
    three.add("again", "DNAME", "tree.alias-one.com.")
    net.ask_in(one, "dname", "leaf.tree A AAAA\ndeep.leaf.tree TXT A\nnone.tree A\ntree DNAME A\nvia.tree A AAAA")
    net.ask_in(one, "dname-asked-as-cname", "leaf.tree CNAME")
    net.ask_in(three, "dname-twice", "leaf.again A\ndeep.leaf.again TXT\nnone.again A")
    apex = "moved.fr."
    moved = net.zone(apex, [net.host(f"ns1.stayed.fr.", "sld-knot")]).add("@", "DNAME", "stayed.fr.")
    stayed = net.zone("stayed.fr.", [net.host("ns2.stayed.fr.", "sld-bind")])
    stayed.add("www", "A", net.new_v4()).add("a.b", "A", net.new_v4())
    net.ask_in(moved, "dname-at-apex", "@ SOA NS DNAME A\nwww A AAAA\na.b A\nb A\nnone A")


def _wildcards(net):
    for index, daemon in enumerate(("sld-nsd", "sld-knot", "sld-bind")):
        apex = f"wild-{index}.com."
        zone = net.zone(apex, [net.host(f"ns1.{apex}", daemon)])
        zone.add("*", "A", net.new_v4()).add("*", "MX", f"10 mx.{apex}").add("present", "TXT", '"no address here"')
        zone.add("*.alias", "CNAME", f"target.{apex}").add("target", "AAAA", net.new_v6())
        zone.add("*.away", "CNAME", "host.alias-two.org.").add("a.*.stars", "A", net.new_v4()).add("*.only-mx", "MX", f"5 mx.{apex}")
        zone.add("deep.below", "A", net.new_v4())
        net.ask_in(zone, "wildcard", "x A AAAA MX\ny.x A\nz.y.x MX\n* A\npresent A TXT\nx.present A\nbelow A\nx.below A\nx.only-mx MX A")
        net.ask_in(zone, "wildcard-alias", "x.alias A AAAA CNAME\ny.x.alias AAAA\nalias A\nx.away A AAAA\nalias CNAME")
        net.ask_in(zone, "wildcard-inside", "a.*.stars A\nb.stars A\n*.stars A\na.b.stars A\nstars A")
