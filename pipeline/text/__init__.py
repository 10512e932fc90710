"""Text as values: normal forms, sentences, tokens, numbers and dates, names, quotes. Knows nothing of articles or stories."""

from pipeline.text.names import names
from pipeline.text.normal import clean, fingerprint, fold, one_line, plain_words, squeeze
from pipeline.text.quotes import Quote, quotes
from pipeline.text.sentences import Span, sentences
from pipeline.text.sources import Source, SourceKind, sources
from pipeline.text.tokens import Token, spelling, stem, tokens, word_form, words
from pipeline.text.values import Value, ValueKind, values

__all__ = [
    "Quote",
    "Source",
    "SourceKind",
    "Span",
    "Token",
    "Value",
    "ValueKind",
    "clean",
    "fingerprint",
    "fold",
    "names",
    "one_line",
    "plain_words",
    "quotes",
    "sentences",
    "sources",
    "spelling",
    "squeeze",
    "stem",
    "tokens",
    "values",
    "word_form",
    "words",
]
