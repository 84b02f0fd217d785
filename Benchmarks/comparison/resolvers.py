"""How each resolver is started to be measured: one thread, its own defaults but for what the comparison needs, nothing logged."""

import os
from dataclasses import dataclass

from box.process import BoxError, Program, wait_until
from box.model import Question
from box.resolvers import root_hints
from box.stub import ask_all

NAMES = {"homing": "Homing", "unbound": "Unbound", "bind": "BIND"}
PORT, TLS_PORT, HTTPS_PORT = 5300, 853, 443
CACHE = 512  # MiB

HOMING = """listen:
  addresses: ["127.0.0.1:{port}"]
  tls: ["127.0.0.1:{tls}"]
  https: ["127.0.0.1:{https}"]
tls:
  certificates: [{{chain: {certificate}, key: {key}}}]
cache:
  size: {cache}MiB
limits:
  connections-per-client: 1000
process:
  workers: 1
  state-directory: {directory}
dnssec:
{validation}"""

UNBOUND = """server:
    interface: 127.0.0.1@{port}
    interface: 127.0.0.1@{tls}
    interface: 127.0.0.1@{https}
    port: {port}
    tls-port: {tls}
    https-port: {https}
    tls-service-pem: "{certificate}"
    tls-service-key: "{key}"
    username: ""
    chroot: ""
    directory: "{directory}"
    pidfile: "{directory}/pid"
    root-hints: "{directory}/root.hints"
    do-not-query-localhost: yes
    use-syslog: no
    logfile: ""
    verbosity: 0
    num-threads: 1
    outgoing-range: 4096
    num-queries-per-thread: 2048
    incoming-num-tcp: 1000
    msg-cache-size: {third}m
    rrset-cache-size: {two_thirds}m
    access-control: 127.0.0.0/8 allow
{validation}remote-control:
    control-enable: no
"""

BIND = """tls own {{ cert-file "{certificate}"; key-file "{key}"; }};
http own {{ endpoints {{ "/dns-query"; }}; }};
options {{
    directory "{directory}";
    pid-file "{directory}/pid";
    session-keyfile none;
    lock-file none;
    listen-on port {port} {{ 127.0.0.1; }};
    listen-on port {tls} tls own {{ 127.0.0.1; }};
    listen-on port {https} tls own http own {{ 127.0.0.1; }};
    listen-on-v6 {{ none; }};
    recursion yes;
    allow-query {{ any; }};
    recursive-clients 10000;
    tcp-clients 1000;
    max-cache-size {cache}M;
{validation}}};
controls {{ }};
zone "." {{ type hint; file "{directory}/root.hints"; }};
{anchors}"""


def _homing(anchors):
    if not anchors:
        return {"validation": "  mode: off\n"}
    return {"validation": "  trust-anchors:\n" + "".join(f"    - {path}\n" for path in anchors)}


def _unbound(anchors):
    if not anchors:
        return {"validation": '    module-config: "iterator"\n'}
    return {"validation": "".join(f'    trust-anchor-file: "{path}"\n' for path in anchors)}


def _bind(anchors):
    if not anchors:
        return {"validation": "    dnssec-validation no;\n", "anchors": ""}
    keys = "".join(f'    "{owner}" static-ds {int.from_bytes(ds[:2], "big")} {ds[2]} {ds[3]} "{ds[4:].hex()}";\n'
                   for owner, ds in ((".", ds) for _, ds in anchors.values()))
    return {"validation": "    dnssec-validation yes;\n", "anchors": "trust-anchors {\n" + keys + "};\n"}


KINDS = {
    "homing": (HOMING, _homing, lambda binary, config: [binary, "serve", "--config", config]),
    "unbound": (UNBOUND, _unbound, lambda binary, config: [binary or "unbound", "-d", "-c", config]),
    "bind": (BIND, _bind, lambda binary, config: [binary or "named", "-g", "-n", "1", "-c", config]),
}


@dataclass
class Certificate:
    """Paths of files in PEM form."""
    chain: str
    key: str


class Resolver:
    """A running resolver. `anchors` are those of a `Validation`; without any, nothing is validated."""

    def __init__(self, kind, binary, directory, anchors, certificate, wrapper=()):
        directory.mkdir()
        self.kind = kind
        template, settings, command = KINDS[kind]
        (directory / "root.hints").write_text(root_hints())
        config = directory / "config"
        config.write_text(template.format(
            port=PORT, tls=TLS_PORT, https=HTTPS_PORT, certificate=certificate.chain, key=certificate.key, directory=directory,
            cache=CACHE, third=CACHE // 3, two_thirds=CACHE * 2 // 3, **settings(anchors)))
        line = [*wrapper, *command(binary, config)]
        self.program = Program(kind, list(map(str, line)), directory / "log", cwd=directory)
        try:
            wait_until(self._answers, 20, f"{kind} answers on port {PORT}", self.program)
        except BoxError:
            self.program.stop()
            raise

    def _answers(self):
        return ask_all([Question((), "NS", "")], PORT, patience=2)[0].rcode == "NOERROR"

    def cpu(self):
        """Seconds of processor time used so far, by all threads."""
        tasks = f"/proc/{self.program.pid}/task"
        return sum(int(open(f"{tasks}/{task}/schedstat").read().split()[0]) for task in os.listdir(tasks)) / 1e9
