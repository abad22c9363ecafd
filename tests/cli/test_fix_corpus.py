#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Every case of the shared corpus that permits is closed, or it is said why not; and it can be put
back.

The corpus is tested in place: POPSEAL_CORPUS, or ../shared/corpus beside the source.
"""
import json
import os
import pathlib
import shutil
import tempfile

import tap
from golden import tree
from keypair import pair
from program import SOURCE, popseal, scratch

EDITED = {"courier", "cyrus", "dovecot", "inetd", "mailutils", "nginx", "perdition", "stunnel",
          "xinetd"}


def corpus():
    named = os.environ.get("POPSEAL_CORPUS")
    folder = pathlib.Path(named) if named else SOURCE.parent / "shared" / "corpus"
    return folder / "configs" if (folder / "configs").is_dir() else None


def skip():
    raise tap.Skip("no ../shared/corpus; POPSEAL_CORPUS names another place")


def check(case, product):
    home = pathlib.Path(tempfile.mkdtemp(dir=scratch()))
    folder, state = home / "it", home / "state"
    shutil.copytree(case, folder)
    before = tree(folder)
    words = ["--product", product, folder, "--certificate", pair() / "cert.pem", "--key",
             pair() / "key.pem", "--state", state]
    run = popseal("fix", "apply", "--offline", "--format", "jsonl", *words)
    if product not in EDITED:
        run.exits(4)
        tap.true(run.of_type("change")[0]["obstacles"], "no word on why not")
        tap.equal(tree(folder), before, "what it has left")
        return
    run.exits(0)
    audit = popseal("audit", "--format", "jsonl", "--product", product, folder)
    verdicts = [record["verdict"] for record in audit.of_type("config")]
    tap.true(set(verdicts) <= {"refuses", "no-service"}, f"{verdicts}")
    again = popseal("fix", "plan", "--format", "jsonl", *words).exits(0)
    tap.equal(again.of_type("change")[0]["files"], [], "a second plan")
    popseal("fix", "rollback", "--state", state).exits(0)
    tap.equal(tree(folder), before, "what a roll-back has left")


folder = corpus()
if folder is None:
    tap.add("the shared corpus", skip)
else:
    for expectation in sorted(folder.glob("*/*/expected.json")):
        wanted = json.loads(expectation.read_text("utf-8"))
        if wanted["verdict"] == "permits":
            case = expectation.parent
            tap.add(f"{case.parent.name}/{case.name}", check, case, case.parent.name)
tap.main()
