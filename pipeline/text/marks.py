"""Typographic variants made one, without moving an offset: what every scanner of this package reads."""

_ONE_FOR_ONE = str.maketrans(
    {
        **dict.fromkeys("‘’‚‛‹›ʼ´′`", "'"),
        **dict.fromkeys("“”„‟«»″「」", '"'),
        **dict.fromkeys("‐‑‒–—―−", "-"),
        **dict.fromkeys(
            "\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000", " "
        ),
    }
)


def plain_marks(text: str) -> str:
    """The text with one form of quotation marks, dashes and blanks; as long as it was, so offsets hold."""
    return text if text.isascii() and "`" not in text else text.translate(_ONE_FOR_ONE)


_LOWER = {ord(c): ord(c) + 32 for c in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"}


def lower_marks(text: str) -> str:
    """`plain_marks` in lower case, as long as the text was (str.lower may lengthen it)."""
    low = plain_marks(text).lower()
    return low if len(low) == len(text) else plain_marks(text).translate(_LOWER)
