"""Keep credentials out of every text: messages, logs, rows.

Decided by the shape of URLs and by the names of query parameters, and for secrets that are known by their very text.
"""

import re
from base64 import b64encode
from collections.abc import Sequence
from urllib.parse import quote

HIDDEN = "REDACTED"
# Names of parameters that carry credentials, whole or after a dash, dot or underscore ("feed_token", "X-Amz-Signature").
_NAMES = (
    "token|key|apikey|secret|password|passwd|pwd|passphrase|auth|authorization|signature|sig|hmac|jwt|credential|credentials"
    "|session|sessionid|authkey|accesstoken"
)
_USERINFO = re.compile(r"(?<=//)(?:[^/?#\s\"'<>]*@|[^/?#\s@\"'<>:]+:(?!\d{1,5}(?:[/?#\s]|$))[^\s@\"'<>]*@)")
_PARAMETER = re.compile(rf"(?i)([?&;#](?:[\w.%-]*[_.-])?(?:{_NAMES})=)[^&;#\s\"'<>]+")
_HEADER = re.compile(r"(?i)\b((?:proxy-)?authorization\s*[:=]\s*(?:basic|bearer|token|digest)?\s*)[^\s\"',;]+")
_JWT = re.compile(r"\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*")
_SHORTEST = 4  # a shorter "secret" would blot out ordinary text


def redact(text: str, secrets: Sequence[str] = ()) -> str:
    """A URL or any text without user info, without values of token-like parameters, without the secrets given."""
    for secret in _forms(secrets) if secrets else ():
        text = text.replace(secret, HIDDEN)
    if "=" in text:  # each pattern is slow to say no, and needs a sign that most texts lack
        text = _PARAMETER.sub(rf"\1{HIDDEN}", text)
    if "authorization" in text.lower():
        text = _HEADER.sub(rf"\1{HIDDEN}", text)
    if "eyJ" in text:
        text = _JWT.sub(HIDDEN, text)
    while "@" in text and (shorter := _USERINFO.sub("", text)) != text:  # taking one away can lay the next bare
        text = shorter
    return text


def _forms(secrets: Sequence[str]) -> list[str]:
    """Each secret as it may turn up: plain, percent-encoded, in base64; long ones first."""
    forms = set()
    for secret in secrets:
        if len(secret) >= _SHORTEST:
            forms |= {secret, quote(secret), quote(secret, safe=""), b64encode(secret.encode()).decode()}
    return sorted(forms, key=lambda s: (-len(s), s))
