"""All that can be measured. A title that ends with `-two` is the same as the one without, with two threads."""

from .half_load import HalfLoad
from .handshakes import Handshakes
from .memory import Memory
from .peers import ALL_WAYS
from .queries import Cached, Cold
from .starting import Start
from .updates import Million, Updates

MEASUREMENTS = {
    **{f"cached-{way}": Cached(way) for way in ALL_WAYS},
    "cached-udp-two": Cached("udp", 2), "cached-tcp-two": Cached("tcp", 2),
    "cold-unsigned": Cold(False), "cold-unsigned-two": Cold(False, 2),
    "cold-signed": Cold(True), "cold-signed-two": Cold(True, 2),
    "latency-half-load": HalfLoad(),
    "handshakes-full": Handshakes(False), "handshakes-resumed": Handshakes(True),
    "memory": Memory(), "start": Start(),
    "updates": Updates(), "updates-dnsperf": Updates(by_dnsperf=True), "updates-paced": Updates(paced=True), "million": Million(),
}
TWO = "-two"


def groups(titles):
    """What is measured side by side: two threads with one. One is added where only two were asked for."""
    wanted = list(dict.fromkeys(title for chosen in titles for title in (chosen.removesuffix(TWO), chosen)))
    alone = [title for title in wanted if not title.endswith(TWO)]
    return [[title, *([title + TWO] if title + TWO in wanted else [])] for title in alone]
