"""A server of dynamic zones, whichever program it is: started, stopped, killed, and started again over what it left on disk."""

import os
import signal
import subprocess

from .. import name, processor, rdata, wire
from ..attacks import client
from ..process import Program, wait_until
from . import bind, homing, knot, nsd, powerdns

KINDS = {"homing": homing, "bind": bind, "knot": knot, "nsd": nsd, "powerdns": powerdns}


class DynamicServer:
    """`keys` are all that it knows, `extra` more lines of its configuration, `wrapper` a command that it is run under, `environment`
    variables beside the box's; with a `validation` Homing also resolves and validates the small internet.
    What is `volatile` costs no syncs: it is kept in memory. Its directory holds what it keeps: configuration, zone files, journal, log.
    """

    def __init__(self, kind, directory, zones, keys=(), *, binary=None, port=5300, tls_port=8853, extra="", wrapper=(), environment=None,
                 workers=2, validation=None, volatile=False):
        self.kind, self.directory, self.binary, self.zones, self.keys = kind, directory, binary, list(zones), list(keys)
        self.port, self.tls_port, self.extra, self.workers, self.validation = port, tls_port, extra, workers, validation
        self.wrapper, self.environment = list(wrapper), dict(environment or {})
        self.program = None
        self.state = directory / "state"  # what must outlive a power cut
        self.state.mkdir(parents=True)
        if volatile:
            subprocess.run(["mount", "-t", "tmpfs", "tmpfs", self.state], check=True)
        for zone in self.zones:
            if not zone.primaries:
                self.zone_file(zone).write_text(zone.text())

    def zone_file(self, zone):
        return self.state / f"{zone.title}.zone"

    def start(self, patience=20, wait=True):
        command = [*self.wrapper, *KINDS[self.kind].prepare(self)]
        self.program = Program(self.kind, list(map(str, command)), self.directory / "log", cwd=self.directory,
                               env={**os.environ, **self.environment})
        if wait:
            self.await_zones(patience)
        return self

    def await_zones(self, patience=20):
        for zone in self.zones:
            if not zone.primaries:
                wait_until(lambda: self.serial(zone.apex) is not None, patience, f"{self.kind} serves {zone.apex}", self.program)

    def stop(self, patience=10):
        if self.program:
            self.program.stop(patience)

    def kill(self):
        """As a power cut or the kernel would: nothing is written any more. The system's own cache of the disk stays."""
        os.killpg(self.program.pid, signal.SIGKILL)
        self.program.process.wait()

    def renew(self):
        """Reads its configuration again, which may name other zones now."""
        for zone in self.zones:
            if not zone.primaries and not self.zone_file(zone).exists():
                self.zone_file(zone).write_text(zone.text())
        KINDS[self.kind].prepare(self)
        self.program.process.send_signal(signal.SIGHUP)

    @property
    def daemon_pid(self):
        """The daemon's own, under a wrapper, too."""
        pid = self.program.pid
        while self.wrapper:
            children = open(f"/proc/{pid}/task/{pid}/children").read().split()
            if not children:
                break
            pid = int(children[0])
            if KINDS[self.kind].PROGRAM in os.readlink(f"/proc/{pid}/exe"):
                break
        return pid

    def serial(self, apex):
        """Of the zone as it answers now; None without an answer."""
        try:
            reply = client.ask(self.port, name.parse(apex), "SOA", recursion=False, patience=0.5)
        except ValueError:
            return None
        if reply is None or reply.rcode != "NOERROR" or not reply.flags & wire.AA or not reply.answer:
            return None
        return int(reply.answer[0].text.split()[2])

    def processor_time(self):
        """Used so far, by all threads."""
        return processor.read(self.daemon_pid)

    def resident(self):
        """Resident memory in octets."""
        return processor.resident(self.daemon_pid)
