"""The gate before parsing: is this the document that was read last time, give or take what changes on every request?"""

import hashlib
import re

_ITEM = re.compile(rb"<(?:[\w.-]+:)?(?:item|entry)[\s/>]", re.IGNORECASE)
_ITEM_END = re.compile(rb"</(?:[\w.-]+:)?(?:item|entry)\s*>", re.IGNORECASE)
_NEAR = (512, 8_192, 65_536)  # bytes from the end, one after the other
# When and by what the document was built.
_VOLATILE = re.compile(
    rb"<((?:[\w.-]+:)?(?:lastBuildDate|pubDate|updated|modified|date|ttl|generator))(?=[\s/>])[^<>]{0,300}>[^<]{0,300}(?:</\1\s*>)?",
    re.IGNORECASE,
)


def volatile_hash(body: bytes) -> str:
    """32 hex digits that stay the same while only build dates, ttl, generator or comments outside the items move.

    Equal hashes mean that no item changed. A body without items is hashed whole.
    """
    first = _ITEM.search(body)
    digest = hashlib.sha256()
    if first is None:
        digest.update(body)
        return digest.hexdigest()[:32]
    end = _end_of_items(body, first.start())
    for part in (_lasting(body[: first.start()]), memoryview(body)[first.start() : end], _lasting(body[end:])):
        digest.update(len(part).to_bytes(8, "big"))
        digest.update(part)
    return digest.hexdigest()[:32]


def _end_of_items(body: bytes, start: int) -> int:
    """Where the last item ends; looked for from the end, and if it is not near, everything counts as items.

    Mostly it is very near, and a look at the last few bytes costs a hundredth of one at all that may be looked at.
    """
    for near in _NEAR:
        tail = max(start, len(body) - near)
        ends = [match.end() for match in _ITEM_END.finditer(body, tail)]
        if ends:
            return ends[-1]
    return len(body)


def _lasting(head: bytes) -> bytes:
    """Without the volatile elements, and without comments, in which generators leave their timings."""
    kept, position = [], 0
    while (start := head.find(b"<!--", position)) >= 0 and (end := head.find(b"-->", start)) >= 0:
        kept.append(head[position:start])
        position = end + 3
    return _VOLATILE.sub(b"", b"".join([*kept, head[position:]]))
