"""The command line: builds the box, runs the checks, says what came of it."""

import argparse
import pathlib
import signal
import subprocess
import sys
import time
import traceback

from . import expectations, network
from .box import Box
from .checks import ALONE, CHECKS, ITS_OWN_SERVER
from .checks.verdict import Verdict
from .process import BoxError


def arguments():
    parser = argparse.ArgumentParser(prog="Tests/Box/run", description=__doc__)
    parser.add_argument("--resolver", choices=("homing", "unbound", "bind", "knot"), default="homing",
                        help="what is put to the test; knot only with dynamic zones")
    parser.add_argument("--binary", help="its program; needed for homing")
    parser.add_argument("--check", default=",".join(CHECKS), help="comma-separated, of: %(default)s (all of them)")
    parser.add_argument("--dnssec", choices=("validate", "off"), help="whether it validates, where a check does not say")
    parser.add_argument("--flood-names", type=int, default=200_000, help="random names for the flood (5000000 for the full one)")
    parser.add_argument("--soak-minutes", type=float, default=1, help="length of the soak (10 for the full one)")
    parser.add_argument("--updates", type=int, default=10_000, help="random ones, after which all peers hold the same zone")
    parser.add_argument("--questions", type=int, default=1_000_000, help="so many must find no stale answer in dynamic zones")
    parser.add_argument("--kills", type=int, default=200, help="how often a server of dynamic zones is killed (1000 for the full check)")
    parser.add_argument("--unsynced-binary", type=pathlib.Path, help="a homing that was built not to sync (-DHOMING_UNSAFE_NO_SYNC): it must be found out")
    parser.add_argument("--limit-minutes", type=float, default=60, help="the box ends itself after so long")
    parser.add_argument("--acts", help="of the attacks, only these: words of box/attacks, comma-separated")
    parser.add_argument("--stay", action="store_true", help="no checks: start everything and wait, for a look around by nsenter")
    parser.add_argument("--state", type=pathlib.Path, required=True, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    chosen.checks = chosen.check.split(",")
    unknown = [word for word in chosen.checks if word not in CHECKS]
    if unknown:
        parser.error(f"no such check: {', '.join(unknown)}; there are {', '.join(CHECKS)}")
    if chosen.resolver == "homing":
        if not chosen.binary:
            parser.error("--resolver homing needs --binary PATH")
        if not pathlib.Path(chosen.binary).is_file():
            parser.error(f"--binary {chosen.binary}: no such file")
        chosen.binary = pathlib.Path(chosen.binary).resolve()
    return chosen


def main():
    chosen = arguments()
    signal.signal(signal.SIGALRM, lambda *_: sys.exit(f"box: not done within {chosen.limit_minutes} minutes"))
    signal.alarm(int(chosen.limit_minutes * 60))
    network.assert_private()
    subprocess.run(["mount", "-t", "tmpfs", "tmpfs", "/run"], check=True)  # so that no socket or pid file of the host is met
    box = Box(chosen.state, chosen.resolver, chosen.binary, chosen.dnssec)
    box.options = chosen
    try:
        return run(box, chosen)
    except BoxError as error:
        print(f"box: {error}", file=sys.stderr)
        return 2
    finally:
        box.stop()


def run(box, chosen):
    begun = time.monotonic()
    if set(chosen.checks) <= ALONE.get(box.kind, set()) and not chosen.stay:
        network.raise_loopback([])
    else:
        box.start_servers()
        expectations.write(box.net, chosen.state / "expectations.tsv")
        print(f"box: {len(box.net.zones)} zones on {len(box.net.hosts)} name servers, {len(box.net.questions) + len(box.net.dnssec_questions)} questions, "
              f"up in {time.monotonic() - begun:.1f} s", flush=True)
    if chosen.stay:
        print(f"box: state in {chosen.state}; {box.kind} answers on port {box.resolver.port}; look around with:\n"
              f"nsenter --all --target $(pgrep -f 'python3 -m box --state {chosen.state}' | tail -n 1)", flush=True)
        signal.pause()
    verdicts = [run_check(box, word) for word in chosen.checks]
    print()
    for verdict, seconds in verdicts:
        print(f"{verdict.title:8} {verdict} ({seconds:.0f} s)")
    totals = [sum(getattr(verdict, word) for verdict, _ in verdicts) for word in ("passed", "failed", "skipped")]
    print("{} passed, {} failed, {} skipped".format(*totals), flush=True)
    return 1 if totals[1] else 0


def run_check(box, word):
    verdict, begun = Verdict(word, box.directory), time.monotonic()
    if word in ITS_OWN_SERVER:
        box.drop_resolver()
    try:
        CHECKS[word](box, verdict)
    except BoxError as error:
        verdict.expect(False, str(error))
    except Exception:
        verdict.expect(False, "the check itself broke:\n" + traceback.format_exc())
    if box.has_dead_resolver():
        verdict.expect(False, "the resolver ended by itself: " + box.resolver.program.last_words())
        box.drop_resolver()
    print(f"{word}: {verdict}", flush=True)
    return verdict, time.monotonic() - begun


if __name__ == "__main__":
    sys.exit(main())
