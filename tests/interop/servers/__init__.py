# SPDX-License-Identifier: Apache-2.0
"""One module per server family, each with one table: VARIANTS."""
import importlib

FAMILIES = ("dovecot23", "dovecot24", "cyrus", "courier", "mailutils", "popa3d", "stunnel",
            "nginx", "perdition")


def all_variants():
    for family in FAMILIES:
        yield from importlib.import_module(f"servers.{family}").VARIANTS
