"""Text as values: normal forms, sentences, tokens, numbers and dates, names, quotes. Knows nothing of articles or stories."""

from pipeline.text.normal import clean, fingerprint, fold, squeeze
from pipeline.text.sentences import Span, sentences
from pipeline.text.tokens import Token, spelling, stem, tokens, words

__all__ = ["Span", "Token", "clean", "fingerprint", "fold", "sentences", "spelling", "squeeze", "stem", "tokens", "words"]
