# SPDX-License-Identifier: Apache-2.0
"""The shared corpus of configurations: of every product that audit reads, every case.

A case is passed where the one record's verdict is the expected one, its scope if one is expected,
and for `permits` where a finding stands at one of the lines that decide. The corpus lies beside the
repository, or where POPSEAL_CORPUS says.
"""
import json
import os
import pathlib
import re

import tap
from program import SOURCE, popseal


def corpus():
    """The folder of the products' cases, or None."""
    named = os.environ.get("POPSEAL_CORPUS")
    folder = pathlib.Path(named) if named else SOURCE.parent / "shared" / "corpus"
    configs = folder / "configs"
    return configs if configs.is_dir() else None


def readable():
    """The products whose configuration this build reads, from its own words."""
    said = popseal("audit", "--product", "no-such-product", ".").err
    return re.search(r"these are (.*)", said)[1].split(", ")


def place(finding, case):
    """FILE:LINE of a finding, as the corpus writes it."""
    location = finding.get("location") or {}
    file = os.path.relpath(location.get("file", "/"), case)
    return f"{file}:{location.get('line')}"


def check(case, product):
    expected = json.loads((case / "expected.json").read_text())
    run = popseal("audit", "--format", "jsonl", "--product", product, case)
    records = run.of_type("config")
    tap.equal(len(records), 1, "config records")
    record = records[0]
    tap.equal(record["verdict"], expected["verdict"], f"verdict ({expected['why']})")
    if "scope" in expected:
        tap.equal(record.get("scope"), expected["scope"], "scope")
    if expected["verdict"] == "permits" and expected["lines"]:  # none: a default decides
        places = [place(finding, case) for finding in record["findings"]]
        tap.true(set(places) & set(expected["lines"]),
                 f"no finding at one of {expected['lines']}: {places}")


def check_nothing_lost(folder, products):
    """A product's name that changes must not make its cases vanish from here."""
    tap.true(products, "audit names no products")
    tap.true(any((folder / product).is_dir() for product in products),
             f"no case of any of {products}")


def skip(reason):
    raise tap.Skip(reason)


folder = corpus()
if folder is None:
    tap.add("the shared corpus", skip, "no ../shared/corpus; POPSEAL_CORPUS names another place")
else:
    products = readable()
    tap.add("the corpus has cases for what audit reads", check_nothing_lost, folder, products)
    for product in products:
        for expectation in sorted(folder.glob(f"{product}/*/expected.json")):
            tap.add(f"{product}/{expectation.parent.name}", check, expectation.parent, product)
tap.main()
