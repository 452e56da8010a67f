"""The certificate that the Jupyter server itself presents, by which its kernels know it."""

from __future__ import annotations

import binascii
import re
from hashlib import sha256
from pathlib import Path

# A certfile may have the server's key before its certificate, and its authorities' certificates
# after it: OpenSSL presents the first certificate as the server's own
# (SSL_CTX_use_certificate_chain_file).
_CERTIFICATE = re.compile(
    rb"-----BEGIN (?:X509 )?CERTIFICATE-----([^-]*)-----END (?:X509 )?CERTIFICATE-----"
)


def fingerprint(certfile: str | Path) -> str | None:
    """Return the SHA-256 of the server's own certificate in `certfile`, in hexadecimal digits.

    None where there is none that can be read.
    """
    try:
        found = _CERTIFICATE.search(Path(certfile).read_bytes())
        return sha256(binascii.a2b_base64(found[1])).hexdigest() if found else None
    except (OSError, ValueError):
        return None
