"""Stubs that people run on their own machines: stubby and systemd-resolved. Each asks Homing over TLS and answers over UDP."""

import subprocess
from pathlib import Path

from .. import stub
from ..model import Question
from ..process import Program, wait_until
from . import front

STUBBY_PORT = 5390
# Of several answers in one TLS record, getdns 1.6 (the library of stubby) reads the first, and the others only when more arrives.
# Asked one thing at a time it is never given several.
STUBBY_AT_ONCE, RESOLVED_AT_ONCE = 1, 10
STUBBY = """resolution_type: GETDNS_RESOLUTION_STUB
dns_transport_list:
  - GETDNS_TRANSPORT_TLS
tls_authentication: GETDNS_AUTHENTICATION_REQUIRED
tls_query_padding_blocksize: 128
idle_timeout: 10000
tls_ca_file: "{authority}"
appdata_dir: "{directory}"
listen_addresses:
  - 127.0.0.1@{port}
upstream_recursive_servers:
  - address_data: 127.0.0.1
    tls_auth_name: "{name}"
"""

# Installing Debian's package would take over /etc/resolv.conf; `install` only unpacks it.
RESOLVED = Path("/var/lib/homing-box/systemd-resolved/lib/systemd/systemd-resolved")
RESOLVED_ADDRESS = "127.0.0.53"
RESOLVED_CONFIGURATION = """[Resolve]
DNS=127.0.0.1#{name}
DNSOverTLS=yes
Domains=~.
DNSSEC=no
LLMNR=no
MulticastDNS=no
"""
# It wants a user of its own, and believes in a network only when there is a link with an address.
RESOLVED_SCRIPT = """set -e
cp /etc/passwd "$1/passwd"
echo "systemd-resolve:x:0:0::/:/usr/sbin/nologin" >>"$1/passwd"
mount --bind "$1/passwd" /etc/passwd
mount -t tmpfs tmpfs /run
mkdir -p /run/systemd/resolve
mount -t tmpfs tmpfs /etc/systemd
cp "$1/resolved.conf" /etc/systemd/resolved.conf
exec "$2"
"""


def check(box, verdict, authority, sample):
    _stubby(box, verdict, authority, sample)
    if not RESOLVED.exists():
        verdict.skip("systemd-resolved: it is not unpacked here")
        return
    _link("add", "box-link", "type", "veth", "peer", "name", "box-peer")
    try:
        for words in (("set", "box-link", "up"), ("set", "box-peer", "up")):
            _link(*words)
        subprocess.run(["ip", "addr", "add", "192.0.2.1/24", "dev", "box-link"], check=True)
        _resolved(box, verdict, authority, sample)
    finally:
        _link("del", "box-link")


def _link(*words):
    subprocess.run(["ip", "link", *words], check=True, capture_output=True)


def _stubby(box, verdict, authority, sample):
    directory = box.directory / "stubby"
    directory.mkdir()
    config = directory / "stubby.yml"
    config.write_text(STUBBY.format(authority=authority, directory=directory, port=STUBBY_PORT, name=front.NAME))
    program = Program("stubby", ["stubby", "-C", str(config), "-v", "7"], directory / "log")
    _judge(verdict, "stubby", program, sample, port=STUBBY_PORT, at_once=STUBBY_AT_ONCE, said="Verify passed")


def _resolved(box, verdict, authority, sample):
    directory = box.directory / "resolved"
    directory.mkdir()
    (directory / "resolved.conf").write_text(RESOLVED_CONFIGURATION.format(name=front.NAME))
    program = Program("systemd-resolved", ["unshare", "--mount", "sh", "-c", RESOLVED_SCRIPT, "sh", str(directory), str(RESOLVED)],
                      directory / "log", env={"SYSTEMD_LOG_LEVEL": "debug", "SYSTEMD_LOG_TARGET": "console", "SSL_CERT_FILE": str(authority),
                                              "PATH": "/usr/bin:/bin:/usr/sbin:/sbin"})
    _judge(verdict, "systemd-resolved", program, sample, port=53, at_once=RESOLVED_AT_ONCE, address=RESOLVED_ADDRESS, said="feature level TLS")


def _judge(verdict, title, program, sample, said, port, at_once, **where):
    """A stub's own flags and options are its own affair: what counts is the answers."""
    try:
        wait_until(lambda: _answers(port, where), 15, f"{title} answers", program)
        outcomes = stub.ask_all(sample, port, mixed_case=False, in_flight=at_once, **where)
        wrong = [(question, outcome) for question, outcome in zip(sample, outcomes) if _addresses(outcome.answer) != _addresses(question.answer)]
        log = program.log.read_text(errors="replace")
        good = verdict.expect(not wrong and said in log, f"{title}: {len(sample) - len(wrong)} of {len(sample)} answers are right; its log says {said!r}")
        if not good:
            verdict.say(f"{[(question.qname, outcome.rcode, outcome.trouble, outcome.answer) for question, outcome in wrong[:3]]} {program.last_words()}")
    finally:
        program.stop()


def _answers(port, where):
    return stub.ask_all([Question((b"localhost",), "A", "")], port, patience=1, **where)[0].rcode == "NOERROR"


def _addresses(records):
    return sorted(record.split(" ", 1)[1] for record in records)
