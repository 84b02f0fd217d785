"""Kea: a DHCPv4 server, its D2 that writes names, and real clients in network namespaces of their own (RFC 4703, RFC 4701)."""

import contextlib
import json
import os
import subprocess
import time

from ...process import BoxError, Program, wait_until
from .. import ways
from ..zones import Key, Zone

KEY = Key("dhcp-key")
FORWARD, REVERSE = "dhcp.example.", "0.99.10.in-addr.arpa."
LINK, GATEWAY = "box-dhcp", "10.99.0.1"
LEASE, RENEW = 30, 5  # seconds
ZONES = [Zone(apex, grants=(f"grant {KEY.name} zonesub ANY",), transfer=(KEY,)) for apex in (FORWARD, REVERSE)]
SCRIPT = """#!/bin/sh
# What dhclient asks for: the address alone. The machine's own files stay as they are.
case "$reason" in
    BOUND|RENEW|REBIND|REBOOT) ip addr replace "$new_ip_address/24" dev "$interface" ;;
    EXPIRE|FAIL|RELEASE|STOP) ip addr flush dev "$interface" ;;
    PREINIT) ip link set "$interface" up ;;
esac
exit 0
"""


def run(verdict, server, directory):
    directory.mkdir()
    with _network(), _kea(directory, server):
        _life(verdict, server, directory)


def _tell(*words):
    done = subprocess.run(list(map(str, words)), capture_output=True, text=True)
    if done.returncode:
        raise BoxError(f"{' '.join(map(str, words))}: {done.stderr.strip()}")


@contextlib.contextmanager
def _network():
    """A bridge, and a client behind it for each of two machines."""
    _tell("ip", "link", "add", LINK, "type", "bridge")
    try:
        _tell("ip", "addr", "add", f"{GATEWAY}/24", "dev", LINK)
        _tell("ip", "link", "set", LINK, "up")
        for index in range(2):
            _tell("ip", "netns", "add", f"client{index}")
            _tell("ip", "link", "add", f"port{index}", "type", "veth", "peer", "name", "eth0", "netns", f"client{index}")
            _tell("ip", "link", "set", f"port{index}", "master", LINK, "up")
            _tell("ip", "-n", f"client{index}", "link", "set", "eth0", "address", f"02:00:00:00:00:{index + 10}", "up")
        yield
    finally:
        for index in range(2):
            subprocess.run(["ip", "netns", "del", f"client{index}"], check=False)
        subprocess.run(["ip", "link", "del", LINK], check=False)


@contextlib.contextmanager
def _kea(directory, server):
    logger = lambda title: [{"name": title, "output_options": [{"output": "stdout"}], "severity": "INFO"}]
    lease = {"type": "memfile", "persist": True, "name": str(directory / "leases.csv"), "lfc-interval": 0}
    dhcp4 = {"interfaces-config": {"interfaces": [LINK], "dhcp-socket-type": "raw"}, "lease-database": lease, "valid-lifetime": LEASE, "renew-timer": RENEW,
             "rebind-timer": LEASE // 2, "subnet4": [{"subnet": "10.99.0.0/24", "pools": [{"pool": "10.99.0.10 - 10.99.0.99"}]}],
             "dhcp-ddns": {"enable-updates": True, "server-ip": "127.0.0.1", "server-port": 53001}, "ddns-send-updates": True,
             "ddns-override-client-update": True, "ddns-override-no-update": True, "ddns-update-on-renew": True, "ddns-qualifying-suffix": FORWARD,
             "loggers": logger("kea-dhcp4")}
    place = [{"ip-address": "127.0.0.1", "port": server.port}]
    domains = lambda apex: {"ddns-domains": [{"name": apex, "key-name": KEY.name, "dns-servers": place}]}
    ddns = {"ip-address": "127.0.0.1", "port": 53001, "tsig-keys": [{"name": KEY.name, "algorithm": "HMAC-SHA256", "secret": KEY.base64}],
            "forward-ddns": domains(FORWARD), "reverse-ddns": domains(REVERSE), "loggers": logger("kea-dhcp-ddns")}
    started = []
    environment = {**os.environ, "KEA_PIDFILE_DIR": str(directory), "KEA_LOCKFILE_DIR": str(directory)}
    try:
        for title, head, content in (("kea-dhcp-ddns", "DhcpDdns", ddns), ("kea-dhcp4", "Dhcp4", dhcp4)):
            config = directory / f"{title}.conf"
            config.write_text(json.dumps({head: content}, indent=1))
            program = Program(title, [title, "-c", str(config)], directory / f"{title}.log", env=environment)
            started.append(program)
            wait_until(lambda: "STARTED" in program.log.read_text(errors="replace"), 20, f"{title} starts", program)
        yield
    finally:
        for program in started:
            program.stop(5)


class _Machine:
    """A DHCP client with a name of its own."""

    def __init__(self, directory, index, hostname):
        self.index, self.directory = index, directory / f"client{index}"
        self.directory.mkdir(exist_ok=True)
        script, config = self.directory / "script", self.directory / "config"
        script.write_text(SCRIPT)
        script.chmod(0o755)
        config.write_text(f'send host-name "{hostname}";\nsend fqdn.fqdn "{hostname}.{FORWARD}";\nsend fqdn.encoded on;\nsend fqdn.server-update on;\n'
                          "timeout 20;\nretry 1;\n")
        self._command = ["ip", "netns", "exec", f"client{index}", "dhclient", "-4", "-v", "-cf", config, "-lf", self.directory / "leases",
                         "-pf", self.directory / "pid", "-sf", script]

    def join(self):
        (self.directory / "leases").touch()
        self._run("eth0")
        wait_until(self.address, 20, "a lease")

    def leave(self):
        self._run("-r", "eth0")

    def address(self):
        shown = subprocess.run(["ip", "-n", f"client{self.index}", "-json", "-4", "addr", "show", "eth0"], capture_output=True, text=True)
        return next((each["local"] for link in json.loads(shown.stdout or "[]") for each in link.get("addr_info", [])), None)

    def _run(self, *words):
        with open(self.directory / "log", "ab") as log:
            subprocess.run(list(map(str, [*self._command, *words])), stdout=log, stderr=log, timeout=60)


def _life(verdict, server, directory):
    look = ways.of(server)["UDP"]
    forward = lambda label, type_text: ways.look(look, f"{label}.{FORWARD}", type_text)
    reverse = lambda address, type_text="PTR": ways.look(look, ".".join(reversed(address.split("."))) + ".in-addr.arpa.", type_text)

    def expect(ready, what, seconds=15):
        try:
            wait_until(ready, seconds, "")
            verdict.expect(True, f"Kea: {what}")
        except BoxError:
            verdict.expect(False, f"Kea: {what}: not within {seconds} s; D2 said: {_last_words(directory)}")

    first, second = _Machine(directory, 0, "laptop"), _Machine(directory, 1, "laptop")
    first.join()
    address = first.address()
    expect(lambda: forward("laptop", "A") == ("NOERROR", [address]), f"a client that joins has its name: laptop.{FORWARD} is {address}")
    expect(lambda: reverse(address) == ("NOERROR", [f"laptop.{FORWARD}"]), "and its address leads back to it")
    owner = forward("laptop", "DHCID")
    verdict.expect(len(owner[1]) == 1 and reverse(address, "DHCID") == owner, f"Kea: both names say whose they are (DHCID): {owner[1]}")
    serial, updated = server.serial(FORWARD), _updates(directory)
    expect(lambda: _updates(directory) > updated, f"the lease is renewed, and D2 writes again: {updated} updates so far", 3 * RENEW + 5)
    time.sleep(0.5)
    verdict.expect(forward("laptop", "A") == ("NOERROR", [address]) and forward("laptop", "DHCID") == owner and reverse(address)[1] == [f"laptop.{FORWARD}"],
                   f"Kea: after that everything is as it was; serial {serial}, then {server.serial(FORWARD)}")
    second.join()
    other = second.address()
    expect(lambda: "DHCP_DDNS_FORWARD_ADD_IP_ADDRS_FAILED" in _log(directory) or "CONFLICT" in _log(directory) or "DHCP_DDNS_ADD_FAILED" in _log(directory)
           or "ADD_FAILED" in _log(directory), "another machine that wants the same name does not get it")
    verdict.expect(other != address and forward("laptop", "A") == ("NOERROR", [address]) and forward("laptop", "DHCID") == owner,
                   f"Kea: {other} wanted the name of {address}, which keeps it: {forward('laptop', 'A')}")
    first.leave()
    expect(lambda: forward("laptop", "A")[0] == "NXDOMAIN" and reverse(address)[0] == "NXDOMAIN", "a client that leaves takes its names with it")
    second.leave()
    second = _Machine(directory, 1, "laptop")
    second.join()
    expect(lambda: forward("laptop", "A") == ("NOERROR", [second.address()]), f"then the other one gets the name: {second.address()}")
    verdict.expect(forward("laptop", "DHCID")[1] != owner[1], "Kea: and the name says so (DHCID)")
    second.leave()
    expect(lambda: forward("laptop", "A")[0] == "NXDOMAIN", "until it leaves, too")


def _log(directory):
    return (directory / "kea-dhcp-ddns.log").read_text(errors="replace")


def _updates(directory):
    return _log(directory).count("DHCP_DDNS_ADD_SUCCEEDED")


def _last_words(directory):
    return " / ".join(_log(directory).splitlines()[-3:])[:600]
