"""Bytes of a feed -> text that an XML parser accepts, whatever the declarations claim.

UTF-8 wins wherever the bytes are UTF-8, since declarations lie and other encodings are almost never valid UTF-8 by accident.
A stray byte is read as Windows-1252 by itself: one bad byte must not turn every title of that day into other text. Cutting the
bytes anywhere never changes the text before the cut.
"""

import codecs
import re

from w3lib.encoding import http_content_type_encoding, read_bom, resolve_encoding

_DECLARED = re.compile(rb"^\s*<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([A-Za-z0-9._:-]+)[\"']")
_BARE = {b"<\0\0\0": "utf-32-le", b"\0\0\0<": "utf-32-be", b"<\0": "utf-16-le", b"\0<": "utf-16-be"}  # without a BOM
_STATEFUL = ("iso2022", "hz")  # these look like ASCII, so also like UTF-8
_WESTERN = ("cp1252", "latin", "iso8859-1", "ascii")  # decode anything: no evidence

# What XML 1.0 forbids: as characters, and as references (which a parser refuses although the text around is sound).
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
_CONTROLS = "".join(map(chr, (*range(9), 11, 12, *range(14, 32))))  # looked for one by one, a tenth of the pattern's cost
_BAD_REFERENCE = re.compile(
    r"&#(?:[xX]0*(?:[0-8bBcCeEfF]|1[0-9a-fA-F]|[fF]{3}[eEfF])|0*(?:[0-8]|1[124-9]|2[0-9]|3[01]|6553[45]));"
    r"|&#(?:[xX][0-9a-fA-F]{7,}+|[0-9]{8,}+);?|&#(?:[xX](?:[2-9a-fA-F][0-9a-fA-F]{5}|1[1-9a-fA-F][0-9a-fA-F]{4})"
    r"|(?:[2-9]\d{6}|1[2-9]\d{5}|111[5-9]\d{3}|1114[2-9]\d\d|11141[2-9]\d|111411[2-9]))(?![0-9a-fA-F]);?"
)
_HALF_REFERENCES = re.compile(r"(?:&#(?:[xX]0*[dD][89a-fA-F][0-9a-fA-F]{2}|0*5[567]\d{3});)+")  # around U+D800 to U+DFFF


def decode(body: bytes, content_type: str | None = None) -> str:
    """The text of a feed document, with the characters that XML forbids left out."""
    return mended(_decode(body, content_type))


def mended(text: str) -> str:
    """Without forbidden characters and references; halves of a character written as two references are joined."""
    if not text.isascii() or any(c in text for c in _CONTROLS):
        text = _FORBIDDEN.sub("", text)
    if text.rfind("&#") < 0:  # from behind, which is three times as quick
        return text
    return _HALF_REFERENCES.sub(_joined, _BAD_REFERENCE.sub("", text))


def _joined(found: re.Match[str]) -> str:
    codes = (ref[3:-1] if ref[2] in "xX" else f"{int(ref[2:-1]):x}" for ref in re.findall(r"&#\w+;", found[0]))
    return b"".join(int(code, 16).to_bytes(2, "big") for code in codes).decode("utf-16-be", "replace")


def _decode(body: bytes, content_type: str | None) -> str:
    encoding, bom = read_bom(body)
    if encoding and bom:
        return _as(body[len(bom) :], encoding, "replace") or ""
    start = body[:64].lstrip(b" \t\r\n")
    for pattern, name in _BARE.items():
        if start.startswith(pattern):
            return _as(body, name, "replace") or ""
    declared = _declared(body, content_type)
    text = _as(body, "utf-8", "strict")
    if text is not None and not (text.isascii() and any(name.startswith(_STATEFUL) for name in declared)):
        return text
    return next(filter(None, (_as(body, name, "strict") for name in declared)), None) or _as(body, "utf-8", "cp1252") or ""


def _declared(body: bytes, content_type: str | None) -> list[str]:
    """The encodings that header and prolog name, but UTF-8; a western one only if nothing else says UTF-8."""
    prolog = _DECLARED.match(body[:1024])
    named = [http_content_type_encoding(content_type), resolve_encoding(prolog[1].decode("ascii")) if prolog else None]
    western_counts = "utf-8" not in named
    return [n for n in named if n and n != "utf-8" and (western_counts or not n.startswith(_WESTERN))]


def _as(body: bytes, encoding: str, errors: str) -> str | None:
    """Decoded, an unfinished character at the end left out; None if the bytes are not of this encoding."""
    try:
        return codecs.getincrementaldecoder(encoding)(errors).decode(body, False)
    except (UnicodeError, LookupError):
        return None


def _one_western_byte(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return error.object[error.start : error.start + 1].decode("cp1252", "replace"), error.start + 1


codecs.register_error("cp1252", _one_western_byte)
