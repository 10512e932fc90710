"""Text as values: normal forms, sentences, tokens, numbers and dates, names, quotes. Knows nothing of articles or stories."""

from pipeline.text.normal import clean, fingerprint, fold, squeeze

__all__ = ["clean", "fingerprint", "fold", "squeeze"]
