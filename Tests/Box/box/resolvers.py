"""The resolvers that can be put into the box: how each is configured and started."""

import os
from dataclasses import dataclass

from . import name, processor
from .internet.infrastructure import ROOTS
from .model import Question
from .process import BoxError, Program, wait_until
from .stub import ask_all

USUAL_MODE = "validate"  # or off: what the resolver does in checks that do not say


@dataclass
class Validation:
    """What a resolver is told about DNSSEC, and about zones that it cannot find by itself."""
    anchors: dict   # path of a file of DS or DNSKEY records -> (apex, RDATA of its DS)
    negative: list  # names below which nothing is validated
    stubs: dict     # apex -> addresses


def root_hints():
    lines = []
    for letter, (v4, v6) in ROOTS.items():
        owner = f"{letter}.root-servers.net."
        lines += [f". 3600000 IN NS {owner}", f"{owner} 3600000 IN A {v4}", f"{owner} 3600000 IN AAAA {v6}"]
    return "\n".join(lines) + "\n"


LISTEN = """  tls: "127.0.0.1:{tls}"
  https: "127.0.0.1:{https}"
  http: "127.0.0.1:{http}"
"""

HOMING = """listen:
  addresses: ["127.0.0.1:{port}", "[::1]:{port}"]
{listen}cache:
  size: {size}MiB
process:
  state-directory: {directory}/state
  workers: {workers}
{validation}"""

UNBOUND = """server:
    interface: 127.0.0.1@{port}
    interface: ::1@{port}
    port: {port}
    username: ""
    chroot: ""
    directory: "{directory}"
    pidfile: "{directory}/pid"
    root-hints: "{directory}/root.hints"
{validation}    qname-minimisation: yes
    do-not-query-localhost: yes
    use-syslog: no
    logfile: ""
    verbosity: 1
    num-threads: 1
    outgoing-range: 2048
    num-queries-per-thread: 1024
    incoming-num-tcp: 100
    edns-buffer-size: 1232
    access-control: 127.0.0.0/8 allow
    access-control: ::1 allow
    msg-cache-size: {third}m
    rrset-cache-size: {two_thirds}m
remote-control:
    control-enable: no
{stubs}"""

BIND = """options {{
    directory "{directory}";
    pid-file "{directory}/pid";
    session-keyfile none;
    lock-file none;
    listen-on port {port} {{ 127.0.0.1; }};
    listen-on-v6 port {port} {{ ::1; }};
    recursion yes;
    allow-query {{ any; }};
{validation}    qname-minimization relaxed;
    max-cache-size {size}M;
    edns-udp-size 1232;
    max-udp-size 1232;
}};
controls {{ }};
zone "." {{ type hint; file "{directory}/root.hints"; }};
{stubs}"""


def homing_settings(validation):
    if not validation:
        return {"validation": "dnssec:\n  mode: off\n"}
    lines = ["dnssec:", "  mode: validate", "  trust-anchors:", *(f"    - {path}" for path in validation.anchors)]
    if validation.negative:
        lines += ["  negative-trust-anchors:", *(f'    - "{apex}"' for apex in validation.negative)]
    if validation.stubs:
        lines.append("stub-zones:")
        for apex, addresses in validation.stubs.items():
            lines += [f"  - suffix: {apex}", "    servers: [" + ", ".join(f'"{address}"' for address in addresses) + "]"]
    return {"validation": "\n".join(lines) + "\n"}


def unbound_settings(validation):
    if not validation:
        return {"validation": '    module-config: "iterator"\n', "stubs": ""}
    lines = ['module-config: "validator iterator"', "ede: yes", 'val-nsec3-keysize-iterations: "1024 50 2048 50 4096 50"']
    lines += [f'trust-anchor-file: "{path}"' for path in validation.anchors]
    lines += [f'domain-insecure: "{apex}"' for apex in validation.negative]
    stubs = [f'stub-zone:\n    name: "{apex}"\n' + "".join(f"    stub-addr: {address}\n" for address in addresses)
             for apex, addresses in validation.stubs.items()]
    return {"validation": "".join(f"    {line}\n" for line in lines), "stubs": "".join(stubs)}


def bind_settings(validation):
    if not validation:
        return {"validation": "    dnssec-validation no;\n", "stubs": ""}
    lines = ["dnssec-validation yes;"]
    if validation.negative:
        lines.append("validate-except { " + " ".join(f'"{apex}";' for apex in validation.negative) + " };")
    stubs = ["trust-anchors {\n" + "".join(
        f'    "{name.show(apex)}" static-ds {int.from_bytes(ds[:2], "big")} {ds[2]} {ds[3]} "{ds[4:].hex()}";\n'
        for apex, ds in validation.anchors.values()) + "};\n"]
    stubs += [f'zone "{apex}" {{ type static-stub; server-addresses {{ {" ".join(address + ";" for address in addresses)} }}; }};\n'
              for apex, addresses in validation.stubs.items()]
    return {"validation": "".join(f"    {line}\n" for line in lines), "stubs": "".join(stubs)}


SETTINGS = {"homing": homing_settings, "unbound": unbound_settings, "bind": bind_settings}


class Resolver:
    """A running resolver. `cache_mib` is the ceiling it is given for its cache, `extra` more lines of configuration, `listen`
    those of Homing's section of that name, `arguments` more of its command line, `wrapper` a command that runs it, `environment`
    variables added to the box's.

    With a `validation` it validates, without it does not.
    """

    def __init__(self, kind, binary, directory, port=5300, cache_mib=256, extra="", validation=None, workers="auto", arguments=(),
                 wrapper=(), listen=None, environment=None):
        (directory / "state").mkdir(parents=True)
        self.kind, self.port = kind, port
        self.tls_port, self.https_port, self.http_port = port + 553, port + 143, port + 80  # Homing's alone, unless told otherwise
        if listen is None:
            listen = LISTEN.format(tls=self.tls_port, https=self.https_port, http=self.http_port)
        values = dict(port=port, directory=directory, size=cache_mib, third=cache_mib // 3, two_thirds=cache_mib * 2 // 3,
                      workers=workers, listen=listen, **SETTINGS[kind](validation))
        (directory / "root.hints").write_text(root_hints())
        self.config = config = directory / "config"
        config.write_text({"homing": HOMING, "unbound": UNBOUND, "bind": BIND}[kind].format(**values) + extra)
        command = {"homing": [binary, "serve", "--config", config], "unbound": [binary or "unbound", "-d", "-c", config],
                   "bind": [binary or "named", "-g", "-c", config]}[kind]
        self.program = Program(kind, list(map(str, [*wrapper, *command, *arguments])), directory / "log", cwd=directory,
                               env={**os.environ, **(environment or {})})
        try:
            wait_until(self._answers, 20, f"{kind} answers on port {port}", self.program)
        except BoxError:
            self.program.stop()
            raise

    def _answers(self):
        return ask_all([Question((), "NS", "")], self.port, patience=2)[0].rcode == "NOERROR"

    def resident(self):
        """Resident memory in octets."""
        return processor.resident(self.program.pid)

    def cpu(self):
        """Seconds of processor time used so far, by all threads."""
        return processor.read(self.program.pid).exact

    def descriptors(self):
        return len(os.listdir(f"/proc/{self.program.pid}/fd"))
