"""What every attack is given: the stage, the resolver, a client, and a bystander who must be served meanwhile."""

import contextlib
import os
import threading
import time

from . import client
from .bystander import Bystander
from .stage import Stage

GOOD, EVIL = "23.1.2.3", "23.66.66.66"
PATIENCE_OF_BYSTANDER = 1  # seconds, on machines that are busy with other things too


class Scene:
    def __init__(self, box, verdict):
        self.box, self.verdict = box, verdict
        self.stage = Stage(box.net.marks["stage"])
        self.resolver = box.renew_resolver()
        self._beside = []
        self.workers = os.cpu_count()  # Homing starts one for each
        cached = f"www.{box.net.ordinary[0]}"
        self.bystander = Bystander(self.resolver.port, cached, "flood-wild.app.", box.directory / "bystander.tsv")

    def also(self, work):
        """Work that takes the resolver's whole patience goes on beside the rest."""
        thread = threading.Thread(target=work)
        thread.start()
        self._beside.append(thread)

    def join(self):
        for thread in self._beside:
            thread.join()

    def end(self):
        self.bystander.stop()

    def ask(self, qname, qtype="A", **options):
        return client.ask(self.resolver.port, qname, qtype, **options)

    def says(self, qname, qtype="A", **options):
        """The answer in few words; a malformed one is told as such."""
        try:
            return client.said(self.ask(qname, qtype, **options))
        except ValueError as error:
            return f"MALFORMED {error}"

    def cached(self, qname, qtype="A"):
        """What is known without asking anybody: REFUSED if nothing."""
        return self.says(qname, qtype, recursion=False)

    def expect(self, good, what):
        return self.verdict.expect(good, what, required=self.box.strict)

    def equal(self, found, wanted, what):
        return self.expect(found == wanted, f"{what}: {found}" + ("" if found == wanted else f", wanted {wanted}"))

    def most(self, found, bound, what):
        return self.expect(found <= bound, f"{what}: {found:.4g}, at most {bound}")

    @contextlib.contextmanager
    def watched(self, title):
        """Whatever happens within, the bystander is served."""
        begun = time.monotonic()
        yield
        rounds = self.bystander.rounds(begun)
        worst = max((each.seconds for each in rounds), default=0)
        bad = [each.said for each in rounds if each.said != "NOERROR"]
        self.expect(rounds and not bad and worst <= PATIENCE_OF_BYSTANDER,
                    f"{title}: meanwhile {len(rounds)} questions of another client were answered, the slowest in {worst * 1000:.0f} ms"
                    + (f", but {len(bad)} by {set(bad)}" if bad else ""))
