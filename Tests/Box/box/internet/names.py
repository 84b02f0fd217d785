"""Names that are legal and that careless software gets wrong."""

from .. import name

ODD = [
    r"a\.b", r"a\.b.c\.d", r"with\032space", r"\000", r"\000\001\002.\255\254", r"semi\;colon", r"quote\"d", r"at\@sign", r"back\\slash",
    r"dollar\$", r"paren\(s\)", "_underscore", "_a._b._c", "-leading", "trailing-", "-", "--", "1", "1.2.3.4", "0x10", "xn--mnchen-3ya",
    "MiXeD-CaSe", "ALLUPPER", "a--b", r"\195\188mlaut", r"tab\009", r"star\*inside", r"\*\*", r"pi|pe", "sl/ash", "0/25", "plus+",
    "l" * 63, ".".join(["m" * 63] * 2), "localhost", "www.localhost", "in-addr", "arpa.arpa", "com", "com.com", "wpad", "isatap",
]


def build(net):
    for index, daemon in enumerate(("sld-nsd", "sld-knot", "sld-bind")):
        apex = f"names-{index}.org."
        zone = net.zone(apex, [net.host(f"ns1.{apex}", daemon)])
        for text in ODD:
            zone.add(text, "A", net.new_v4())
            owner = name.parse(text, zone.apex)
            net.ask(owner, "A", "odd-name")
            net.ask(owner, "AAAA", "odd-name")
        zone.add("target", "CNAME", rf"a\.b.{apex}").add("mail", "MX", rf"1 with\032space.{apex}")
        net.ask_in(zone, "odd-name", r"target A" + "\n" + r"mail MX" + "\n" + r"no\.such A" + "\n" + r"a.b A")
        _longest(net, zone)
        _label_by_label(net, zone)


def _longest(net, zone):
    """A name of exactly 255 octets, beside one that is not there."""
    room = 255 - len(name.wire(zone.apex))
    labels = []
    while room > 1:
        size = min(63, room - 1)
        if room - 1 - size == 1:
            size -= 1
        labels.append(b"n" * size)
        room -= size + 1
    owner = (*labels, *zone.apex)
    assert len(name.wire(owner)) == 255
    zone.add(owner, "A", net.new_v4())
    net.ask(owner, "A", "longest-name")
    net.ask(owner, "TXT", "longest-name")
    net.ask((b"o" * len(owner[0]), *owner[1:]), "A", "longest-name")


def _label_by_label(net, zone):
    """As many labels as a name can have."""
    count = (255 - len(name.wire(zone.apex))) // 2
    owner = (*[b"x"] * count, *zone.apex)
    zone.add(owner, "A", net.new_v4())
    net.ask(owner, "A", "most-labels")
    net.ask(owner[1:], "A", "most-labels")
    net.ask((b"y", *owner[1:]), "A", "most-labels")
