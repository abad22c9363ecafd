# SPDX-License-Identifier: Apache-2.0
"""The golden cases of fixes: tests/configs/PRODUCT/CASE/{in,want,diff,args}."""
import functools
import os
import subprocess
import threading

from program import SOURCE, scratch

CONFIGS = SOURCE / "tests" / "configs"

_making = threading.Lock()


@functools.lru_cache(maxsize=None)
def _make_pair():
    folder = scratch() / "pair"
    folder.mkdir()
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
         "-nodes", "-days", "90", "-subj", "/CN=mail.example.org",
         "-keyout", folder / "key.pem", "-out", folder / "cert.pem"],
        check=True, capture_output=True)
    os.chmod(folder / "key.pem", 0o600)
    return folder


def pair():
    """A folder with a certificate, cert.pem, and its key, key.pem; made once."""
    with _making:
        return _make_pair()


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
