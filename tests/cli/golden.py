# SPDX-License-Identifier: Apache-2.0
"""The golden cases of fixes: tests/configs/PRODUCT/CASE/{in,want,diff,args}."""
from keypair import pair
from program import SOURCE

CONFIGS = SOURCE / "tests" / "configs"


def tree(folder):
    """Its files by their names."""
    return {str(path.relative_to(folder)): path.read_bytes()
            for path in sorted(folder.rglob("*")) if path.is_file()}


def wanted(case):
    """The files that it comes to."""
    return {name: text.replace(b"{pair}", str(pair()).encode())
            for name, text in tree(case / "want").items()}


def arguments(case, folder):
    """The words behind the action: product, place and the options of the case."""
    path = case / "args"
    text = path.read_text("utf-8") if path.exists() else ""
    words = text.format(**{"pair": pair(), "in": folder}).splitlines()
    named = [] if "--root" in words else [folder]
    return ["--product", case.parent.name, *named, *words]
