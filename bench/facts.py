# ruff: noqa: E501 - one change a line reads better than wrapped tables
"""Changes of one fact in a text, of every kind and in every notation: the mirror of noise.

Each takes a sentence and a random source and gives the sentence with another fact, or None where it has nothing to change. A
judgement that calls one of them cosmetic hushes a true edit.
"""

import random
import re
from collections.abc import Callable

from pipeline.text.quotes import quoted

Mutation = Callable[[str, random.Random], str | None]

MONTHS = "January|February|March|April|June|July|August|September|October|November|December"
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
WORDS = ("two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "twelve", "twenty", "thirty")
NAMES = ("Tessaro", "Okafor", "Lindqvist", "Moreau", "Hadley", "Brankovic", "Yamada")
NOUNS = ("harbour", "orchard", "tunnel", "orchestra", "vaccine", "satellite")


def first(pattern: str, change: Callable[[re.Match[str], random.Random], str | None], flags: int = 0) -> Mutation:
    """A change of one match of a pattern, chosen at random."""
    compiled = re.compile(pattern, flags)

    def mutate(sentence: str, rng: random.Random) -> str | None:
        found = list(compiled.finditer(sentence))
        if not found:
            return None
        m = rng.choice(found)
        new = change(m, rng)
        return None if new is None or new == m.group() else sentence[: m.start()] + new + sentence[m.end() :]

    return mutate


def to(**table: str) -> Callable[[re.Match[str], random.Random], str | None]:
    def change(m: re.Match[str], rng: random.Random) -> str | None:
        new = table.get(m.group().lower())
        return new.capitalize() if new and m.group()[0].isupper() else new

    return change


def word_for_word(**table: str) -> Mutation:
    return first(r"\b(?:" + "|".join(table) + r")\b", to(**table))


def other(choices: tuple[str, ...]) -> Callable[[re.Match[str], random.Random], str | None]:
    return lambda m, rng: rng.choice([c for c in choices if c.lower() != m.group().lower()])


def figure(m: re.Match[str], rng: random.Random) -> str:
    digits = [k for k, c in enumerate(m.group()) if c.isdigit()]
    k = rng.choice(digits)
    new = str((int(m.group()[k]) + rng.randint(1, 8)) % 10)
    if k == digits[0] and new == "0":
        new = "1" if m.group()[k] != "1" else "2"
    return m.group()[:k] + new + m.group()[k + 1 :]


def in_quote(change: Callable[[list[str], int, random.Random], list[str]]) -> Mutation:
    """A change of one word inside quotation marks, no article."""

    def mutate(sentence: str, rng: random.Random) -> str | None:
        for start, end in quoted(sentence):
            words = sentence[start:end].split(" ")
            k = len(words) // 2
            if len(words) > 4 and words[k].lower() not in ("the", "a", "an", "-", "–"):
                return sentence[:start] + " ".join(change(words, k, rng)) + sentence[end:]
        return None

    return mutate


MUTATIONS: dict[str, Mutation] = {
    "digit": first(r"(?<![\w.,-])\d+(?:,\d{3})*(?:\.\d+)?(?![\w-]|\.\d|,\d)", figure),
    "digit in compound": first(r"(?<![\w.,-])\d+(?=-[a-z])", figure),
    "number word": first(rf"\b(?:{'|'.join(WORDS)})\b(?! of )", other(WORDS)),
    "magnitude": word_for_word(million="billion", billion="million", thousand="hundred", hundreds="thousands", thousands="hundreds", dozens="hundreds"),
    "decimal point": first(r"(?<![\w.,])\d+\.\d+(?![\w.])", lambda m, r: m.group().replace(".", "")),
    "percent dropped": first(r"(?<=\d)(?:%| percent| per cent)", lambda m, r: ""),
    "currency": first(r"[$€£](?=\d)", lambda m, r: {"$": "€", "€": "£", "£": "$"}[m.group()]),
    "unit": word_for_word(kilometers="miles", kilometres="miles", miles="kilometres", hours="days", days="weeks", weeks="months", months="years", years="months", minutes="hours", meters="feet", metres="feet"),
    "day of month": first(r"(?<=(?:ary|rch|ril|une|uly|ust|ber|May) )\d{1,2}\b(?!,\d)", lambda m, r: str((int(m.group()) + r.randint(1, 9)) % 28 + 1)),
    "month": first(rf"\b(?:{MONTHS})\b(?= \d)", other(tuple(MONTHS.split("|")))),
    "weekday": first(rf"\b(?:{'|'.join(DAYS)})\b", other(DAYS)),
    "year": first(r"(?<=\bin )(?:19|20)\d\d\b", lambda m, r: str(int(m.group()) + r.choice((-3, -1, 1, 2)))),
    "clock": first(r"\b\d{1,2}(?::\d\d)? ?(?=[ap]\.?m\b)", lambda m, r: re.sub(r"\d+", str(int(re.match(r"\d+", m.group())[0]) % 12 + 1), m.group(), count=1)),
    "half of day": first(r"(?<=\d) ?[ap]\.?m\b", lambda m, r: m.group().replace("a", "@").replace("p", "a").replace("@", "p")),
    "not added": first(r"\b(?:is|are|was|were|will|has|have|had|could|can|would|should|did)\b(?! not|n't)", lambda m, r: m.group() + " not"),
    "not dropped": first(r" not\b(?! only)", lambda m, r: ""),
    "n't dropped": first(r"n['’]t\b", lambda m, r: ""),
    "no added": first(r"\bthere (?:was|were|is|are) ", lambda m, r: m.group() + "no ", re.IGNORECASE),
    "never": first(r"\b(?:has|have|had) (?=[a-z]+ed\b)", lambda m, r: m.group() + "never "),
    "will to may": word_for_word(will="may", may="will", must="may", could="will", should="must", might="will"),
    "hedge added": first(r"(?<![\w$€£.,-])(?<!at least )(?<!than )(?<!about )(?<!over )(?<!nearly )\d+(?:,\d{3})*(?= [a-z]{4,}s\b)", lambda m, r: r.choice(("at least ", "up to ", "more than ", "nearly ")) + m.group()),
    "hedge dropped": first(r"\b(?:at least|up to|more than|nearly|almost|fewer than|less than|as many as) (?=[$€£]?\d)", lambda m, r: ""),
    "hedge changed": first(r"\b(?:more than|nearly|at least|up to) (?=[$€£]?\d)", lambda m, r: {"more than ": "fewer than ", "nearly ": "more than ", "at least ": "up to ", "up to ": "at least "}[m.group()]),
    "reportedly added": first(r"\b(?:was|were|has|had) (?=[a-z]+ed\b)", lambda m, r: m.group() + r.choice(("reportedly ", "allegedly "))),
    "surname": first(r"(?<=\b[A-Z][a-z]{3} )[A-Z][a-z]{4,}\b|(?<=\b[A-Z][a-z]{4} )[A-Z][a-z]{4,}\b", other(NAMES)),
    "name in a sentence": first(r"(?<=[a-z,] )[A-Z][a-z]{4,}\b(?! [A-Z])", other(NAMES)),
    "name respelt": first(r"(?<=[a-z] )[A-Z][a-z]{5,}\b", lambda m, r: m.group()[:3] + r.choice("aeiou") + m.group()[4:]),
    "word in a quote": in_quote(lambda words, k, r: [*words[:k], r.choice(NOUNS), *words[k + 1 :]]),
    "word out of a quote": in_quote(lambda words, k, r: [*words[:k], *words[k + 1 :]]),
    "said to claimed": first(r"\b(?:said|says|told)\b", lambda m, r: {"said": r.choice(("claimed", "denied", "admitted", "warned")), "says": "claims", "told": "warned"}[m.group()]),
    "speaker": first(r"\b[A-Z][a-z]+ (?=said\b)", lambda m, r: r.choice(NAMES) + " "),
    "source dropped": first(r", (?:according to [^,.]{4,60}|[A-Z][a-z]+ [A-Z][a-z]+ said)(?=\.$)", lambda m, r: ""),
    "opposite": word_for_word(before="after", after="before", rose="fell", fell="rose", increased="decreased", more="fewer", higher="lower", lower="higher", first="last", north="south", east="west", northern="southern", won="lost", accepted="rejected", rejected="accepted", open="closed", closed="open", he="she", his="her", supports="opposes", support="oppose", increase="decrease", against="for", up="down"),
    "state": word_for_word(arrested="released", charged="acquitted", killed="injured", injured="killed", missing="found", lifted="issued", postponed="held", approved="rejected", planned="cancelled", ordered="asked", asked="ordered", resigned="retired", ongoing="over"),
    "scope": word_for_word(all="some", some="all", most="few", many="few", every="one", only="", final="interim", former="", part="all"),
    "ordinal": first(r"\b(?:third|fourth|fifth|sixth|tenth|\d+th)\b", other(("third", "fourth", "seventh", "ninth", "12th"))),
    "first to second": word_for_word(first="second", second="first"),
    "noun": first(r"(?<=\bthe )[a-z]{6,}\b(?= (?:of|in|on|at|was|were|is|has|will))", other(NOUNS)),
    "role": word_for_word(president="minister", minister="president", spokesman="lawyer", police="army", army="police", government="court", court="government", mayor="governor", director="founder", senator="judge"),
    "place preposition": word_for_word(inside="outside", outside="inside", above="below", below="above", north="east"),
    "question": first(r"\.$", lambda m, r: "?"),
}  # fmt: skip
