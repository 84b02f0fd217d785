"""Every kind of record, and RRsets too large for a datagram."""

KINDS = {
    "mx": ("MX", "0 .", "10 mail.{apex}"), "txt": ("TXT", '"one" "two words" ""', '"' + "x" * 255 + '"', '"with \\"quotes\\" inside"'),
    "_ldap._tcp": ("SRV", "0 0 389 dc1.{apex}", "10 5 389 dc2.{apex}"), "six": ("AAAA", "2600:1f00::1", "2600:1f00:0:0:1::1"),
    "caa": ("CAA", '0 issue "letsencrypt.org"', '128 issuewild ";"', '0 iodef "mailto:a@b.c"'),
    "_dns": ("SVCB", "1 svc.{apex} alpn=dot port=853", "0 other.{apex}"),
    "https": ("HTTPS", "1 . alpn=h2,h3 ipv4hint=23.1.2.3,23.1.2.4 ipv6hint=2600:1f00::7", "2 back.{apex} port=8443"),
    "naptr": ("NAPTR", '100 10 "S" "SIP+D2U" "" _sip._udp.{apex}', '102 10 "U" "E2U+sip" "!^.*$!sip:info@x.net!" .'),
    "unknown": ("TYPE65280", "\\# 4 0a000001", "\\# 0", "\\# 6 c00c00010001"),
    "hinfo": ("HINFO", '"PDP-11" "UNIX"'), "rp": ("RP", "who.{apex} text.{apex}"), "uri": ("URI", '10 1 "https://example.net/a?b=c"'),
    "sshfp": ("SSHFP", "4 2 " + "ab" * 32), "_443._tcp": ("TLSA", "3 1 1 " + "cd" * 32), "ptr": ("PTR", "elsewhere.{apex}"),
    "spf": ("SPF", '"v=spf1 -all"'), "ds-less": ("A", "23.9.9.9"), "generic-a": ("A", "23.255.254.1"),
}


def build(net):
    for index, daemon in enumerate(("sld-nsd", "sld-knot", "sld-bind")):
        apex = f"records-{index}.net."
        zone = net.zone(apex, [net.host(f"ns1.{apex}", daemon), net.host(f"ns2.{apex}", daemon)])
        for owner, (type_text, *texts) in KINDS.items():
            zone.add(owner, type_text, *(text.replace("{apex}", apex) for text in texts))
            net.ask_in(zone, "type-" + type_text.lower(), f"{owner} {type_text} A MX")
        zone.add("zero-ttl", "A", net.new_v4(), ttl=0).add("long-ttl", "A", net.new_v4(), ttl=2 ** 31 - 1)
        net.ask_in(zone, "ttl", "zero-ttl A AAAA\nlong-ttl A")
        net.ask_in(zone, "type-without-name", "@ TYPE65281 HINFO LOC\nnope TYPE65281 SRV\nmx HTTPS SVCB")
    for index, daemon in enumerate(("sld-nsd", "sld-knot")):  # BIND refuses RRsets of more than 100
        _large(net, f"large-{index}.com.", daemon)


def _large(net, apex, daemon):
    zone = net.zone(apex, [net.host(f"ns1.{apex}", daemon)])
    zone.add("hundred", "A", *(f"23.77.{index}.1" for index in range(100)))
    zone.add("hundred", "AAAA", *(f"2600:1f00:77::{index:x}" for index in range(1, 101)))
    zone.add("thirty-kilobytes", "TXT", *('"' + f"{index:03d}" + "t" * 247 + '"' for index in range(120)))
    zone.add("just-under", "TXT", *('"' + f"{index}" + "u" * 199 + '"' for index in range(5)))
    zone.add("just-over", "TXT", *('"' + f"{index}" + "v" * 199 + '"' for index in range(6)))
    zone.add("to-large", "CNAME", f"hundred.{apex}")
    net.ask_in(zone, "large", "hundred A AAAA MX\nthirty-kilobytes TXT A\njust-under TXT\njust-over TXT\nto-large A AAAA")
