"""Updates by the clients that people type at or write programs with: nsupdate, knsupdate, dnspython; TSIG of every kind, and SIG(0)."""

import base64
import re
import ssl
import subprocess

import dns.name
import dns.query
import dns.rcode
import dns.tsig
import dns.tsigkeyring
import dns.update

from . import message, rows, ways
from .peculiar import known
from .zones import Key

ALGORITHMS = ("hmac-md5", "hmac-sha1", "hmac-sha224", "hmac-sha256", "hmac-sha384", "hmac-sha512")
KEYS = [Key(f"key-{algorithm}", algorithm) for algorithm in ALGORITHMS]
SIG0 = ("ECDSAP256SHA256", "ECDSAP384SHA384", "RSASHA256", "RSASHA512", "ED25519")
SIG0_HOSTS = {f"{algorithm.lower()}.{rows.ZONE}": algorithm for algorithm in SIG0}
GRANTS = (*(f"grant {key.name} zonesub ANY" for key in KEYS), *(f"grant {host} self {host} A AAAA TXT" for host in SIG0_HOSTS))


def run(verdict, server, master, limited):
    look = ways.of(server)["UDP"]
    for program, options in (("nsupdate", {"UDP": [], "TCP": ["-v"]}), ("knsupdate", {"UDP": [], "TCP": ["-v"]})):
        for key in KEYS:
            for title, option in options.items():
                _typed(verdict, server, look, program, option, key, title)
        _manners(verdict, server, look, program, master, limited)
    for key in KEYS:
        _library(verdict, server, look, key)
    if known(server.kind, "SIG(0)"):
        verdict.skip(known(server.kind, "SIG(0)"))
    else:
        _sig0(verdict, server, look, master)


# --- nsupdate and knsupdate ---

def tell(program, server, lines, *options):
    """What the program says of a conversation, and its exit status."""
    text = "\n".join([f"server 127.0.0.1 {server.port}", *lines, ""])
    done = subprocess.run([program, *options], input=text, capture_output=True, text=True, timeout=30)
    return done.returncode, done.stdout + done.stderr


def _typed(verdict, server, look, program, option, key, title):
    owner = f"{program}-{key.algorithm}-{title.lower()}.{rows.ZONE}"
    lines = [f"zone {rows.ZONE}", f"update add {owner} 300 A 192.0.2.50", f'update add {owner} 300 TXT "by {program}"', "send"]
    status, said = tell(program, server, lines, "-y", key.words, *option)
    found = ways.look(look, owner, "A")
    verdict.expect(status == 0 and found == ("NOERROR", ["192.0.2.50"]), f"{program} with {key.algorithm} over {title}: {found} {said.strip()}")
    status, said = tell(program, server, [f"zone {rows.ZONE}", f"update delete {owner}", "send"], "-y", key.words, *option)
    found = ways.look(look, owner, "A")
    verdict.count(status == 0 and found[0] == "NXDOMAIN", f"{program} with {key.algorithm} over {title} deletes a name: {found} {said.strip()}")


def _manners(verdict, server, look, program, master, limited):
    """Prerequisites, refusals, several updates in a conversation."""
    owner, apex = f"manners-{program}.{rows.ZONE}", f"zone {rows.ZONE}"
    add = f"update add {owner} 300 A 192.0.2.60"
    cases = [
        ("a prerequisite that holds", [apex, f"prereq nxdomain {owner}", add, "send"], master, None),
        ("nxdomain, and it exists", [apex, f"prereq nxdomain {owner}", add, "send"], master, "YXDOMAIN"),
        ("yxdomain, and it does not exist", [apex, f"prereq yxdomain no.{owner}", add, "send"], master, "NXDOMAIN"),
        ("nxrrset, and it exists", [apex, f"prereq nxrrset {owner} A", add, "send"], master, "YXRRSET"),
        ("yxrrset, and it does not exist", [apex, f"prereq yxrrset {owner} AAAA", add, "send"], master, "NXRRSET"),
        ("yxrrset with other data", [apex, f"prereq yxrrset {owner} A 192.0.2.61", add, "send"], master, "NXRRSET"),
        ("yxrrset with its data", [apex, f"prereq yxrrset {owner} A 192.0.2.60", f"update add {owner} 300 A 192.0.2.62", "send"], master, None),
        ("without a key", [apex, add, "send"], None, "REFUSED"),
        ("with a key that may not", [apex, add, "send"], limited, "REFUSED"),
        ("with a key that may change this", [apex, f"update add limited.{rows.ZONE} 300 A 192.0.2.63", "send"], limited, None),
        ("of a zone that is not held", [f"zone {rows.STRANGE}", f"update add a.{rows.STRANGE} 300 A 192.0.2.1", "send"], master, "NOTAUTH"),
        ("with a secret that is another", [apex, add, "send"], Key(master.name, seed="another"), "BADSIG|NOTAUTH|bad signature"),
        ("with a key that nobody knows", [apex, add, "send"], Key("nobody"), "BADKEY|NOTAUTH"),
        ("two updates in one conversation", [apex, f"update add second.{owner} 300 A 192.0.2.1", "send", f"update delete second.{owner} A", "send"], master, None),
    ]
    for title, lines, key, wanted in cases:
        status, said = tell(program, server, lines, *(["-y", key.words] if key else []))
        good = re.search(wanted, said) is not None if wanted else status == 0 and not re.search(r"(?i)fail|error|refused", said)
        verdict.expect(good, f"{program}, {title}: " + (said.strip().replace("\n", " ") or "nothing said"))
    found = ways.look(look, owner, "A")
    verdict.expect(found == ("NOERROR", ["192.0.2.60", "192.0.2.62"]), f"what {program} changed is there, and what was refused is not: {found}")
    if program == "nsupdate":  # finds the zone by itself, by the SOA of a negative answer
        status, said = tell(program, server, [f"update add found.by.itself.{owner} 300 A 192.0.2.64", "send"], "-y", master.words)
        verdict.expect(status == 0, f"{program} finds the zone by itself: {said.strip()}")


# --- dnspython ---

def _library(verdict, server, look, key):
    ring = {dns.name.from_text(key.name): dns.tsig.Key(key.name, key.secret, key.algorithm if key.algorithm != "hmac-md5" else dns.tsig.HMAC_MD5)}
    for title in ("UDP", "TCP", "DoT"):
        owner = f"dnspython-{key.algorithm}-{title.lower()}"
        made = dns.update.Update(rows.ZONE, keyring=ring)
        made.absent(owner)
        made.add(owner, 300, "A", "192.0.2.70", "192.0.2.71")
        made.replace(owner, 300, "TXT", '"by dnspython"')
        try:
            reply = _exchange(server, made, title)
            good, said = reply.rcode() == 0 and reply.had_tsig, dns.rcode.to_text(reply.rcode())
        except Exception as error:
            good, said = False, f"{type(error).__name__}: {error}"
        found = ways.look(look, f"{owner}.{rows.ZONE}", "A")
        verdict.expect(good and found == ("NOERROR", ["192.0.2.70", "192.0.2.71"]), f"dnspython with {key.algorithm} over {title}: {said}, {found}")


def _exchange(server, made, title):
    if title == "UDP":
        return dns.query.udp(made, "127.0.0.1", timeout=5, port=server.port)
    if title == "TCP":
        return dns.query.tcp(made, "127.0.0.1", timeout=5, port=server.port)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.set_alpn_protocols(["dot"])
    return dns.query.tls(made, "127.0.0.1", timeout=5, port=server.tls_port, ssl_context=context)


# --- SIG(0), RFC 2931 ---

def _sig0(verdict, server, look, master):
    way = ways.of(server)["TCP"]
    for host, algorithm in SIG0_HOSTS.items():
        keys = server.directory / "sig0"
        keys.mkdir(exist_ok=True)
        made = {}
        for title in ("own", "other"):
            words = ["dnssec-keygen", "-q", "-K", str(keys), "-a", algorithm, *(["-b", "2048"] if "RSA" in algorithm else []), "-n", "HOST", "-T", "KEY", host]
            made[title] = keys / (subprocess.run(words, check=True, capture_output=True, text=True).stdout.strip() + ".private")
        public = made["own"].with_suffix(".key").read_text().split(" KEY ")[1].split()
        octets = int(public[0]).to_bytes(2, "big") + bytes((int(public[1]), int(public[2]))) + base64.b64decode("".join(public[3:]))
        added = ways.send(way, message.update(rows.ZONE, [message.record(host, "KEY", ttl=300, octets=octets)]), master)
        verdict.count(added == "NOERROR", f"the KEY of {host} is put into the zone: {added}")
        for option, transport in (([], "UDP"), (["-v"], "TCP")):
            address = "192.0.2.80" if transport == "UDP" else "192.0.2.81"
            lines = [f"zone {rows.ZONE}", f"update delete {host} A", f"update add {host} 300 A {address}", "send"]
            status, said = tell("nsupdate", server, lines, "-k", str(made["own"]), *option)
            found = ways.look(look, host, "A")
            verdict.expect(status == 0 and found == ("NOERROR", [address]), f"nsupdate with SIG(0), {algorithm}, over {transport}: {found} {said.strip()}")
        lines = [f"zone {rows.ZONE}", f"update add {host} 300 A 192.0.2.82", "send"]
        status, said = tell("nsupdate", server, lines, "-k", str(made["other"]))
        verdict.expect(status != 0 and len(ways.look(look, host, "A")[1]) == 1, f"nsupdate with SIG(0), {algorithm}, by a key that is not in the zone: {said.strip()}")
        lines = [f"zone {rows.ZONE}", f"update add not-{host} 300 A 192.0.2.82", "send"]
        status, said = tell("nsupdate", server, lines, "-k", str(made["own"]))
        verdict.expect(status != 0 and ways.look(look, f"not-{host}", "A")[0] == "NXDOMAIN", f"nsupdate with SIG(0), {algorithm}, of a name that is not its own: {said.strip()}")
