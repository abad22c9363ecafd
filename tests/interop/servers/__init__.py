# SPDX-License-Identifier: Apache-2.0
"""One module per server family, each with one table: VARIANTS."""
import importlib

FAMILIES = ("dovecot23", "dovecot24", "cyrus", "courier", "mailutils", "popa3d", "stunnel",
            "nginx", "perdition")


def all_variants():
    for family in FAMILIES:
        yield from importlib.import_module(f"servers.{family}").VARIANTS


def login_variants():
    """Servers set up for many ways to log in, for verify.py alone."""
    for family in FAMILIES:
        yield from getattr(importlib.import_module(f"servers.{family}"), "LOGINS", ())
