"""How ids are made."""

import hashlib

UNIT = "\x1f"  # between the parts of an id: cannot occur in cleaned text


def ident(prefix: str, *parts: object) -> str:
    """A content-addressed id such as `ver_1c9f...`: the prefix and 16 hex digits of the SHA-256 of the parts."""
    digest = hashlib.sha256(UNIT.join("" if p is None else str(p) for p in parts).encode("utf8", "replace"))
    return f"{prefix}_{digest.hexdigest()[:16]}"
