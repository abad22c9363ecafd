# SPDX-License-Identifier: Apache-2.0
"""popa3d: no CAPA, no TLS. It is safe behind something else only."""
from lab import Variant

VARIANTS = [
    Variant("popa3d", "cleartext", product="popa3d", verdict="permits",
            start="mkdir -p /var/lib/popa3d; popa3d -D; exec sleep 3600"),
]
