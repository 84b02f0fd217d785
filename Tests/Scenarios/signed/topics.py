"""All topics, each a module with scenarios."""

import importlib

NAMES = [
    "positive", "clients", "denial", "delegation", "signatures", "aliases", "attacks", "recovery", "setups", "lifetimes",
    "minimised", "later",
]


def build():
    for name in NAMES:
        importlib.import_module(f".{name}", __package__).build()
