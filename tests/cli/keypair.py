# SPDX-License-Identifier: Apache-2.0
"""A certificate and its key, for what looks at files."""
import os
import subprocess
import threading

from program import scratch

_making = threading.Lock()  # tests run side by side: none may see half a pair


def pair():
    """A folder with a certificate, cert.pem, and its key, key.pem; made once."""
    with _making:
        return make_pair(scratch() / "pair")


def make_pair(folder):
    if not folder.exists():
        folder.mkdir()
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
             "-nodes", "-days", "90", "-subj", "/CN=mail.example.org",
             "-keyout", folder / "key.pem", "-out", folder / "cert.pem"],
            check=True, capture_output=True)
        os.chmod(folder / "key.pem", 0o600)
    return folder
