# ruff: noqa: E501 - one change a line reads better than wrapped tables
"""A second set of changes of one fact, other classes and notations than in facts.py, with the kind that each should be told as.

Written whole before it was run once, by somebody who had not read a rule of `pipeline/edits`; the score of that run stands in
bench/first_run.toml. No rule may be written for one of its lines.
"""

import random
import re

from bench.facts import Mutation, first, in_quote, other, word_for_word

MONTHS = "January|February|March|April|May|June|July|August|September|October|November|December"
FORENAMES = "John|David|Michael|James|Robert|William|Mary|Sarah|Peter|Paul|Thomas|George|Richard|Joseph|Mark|Daniel|Anna|Maria"
NATIONS = (
    "French",
    "German",
    "Italian",
    "Chinese",
    "Russian",
    "British",
    "American",
    "Israeli",
    "Turkish",
    "Japanese",
    "Indian",
    "Greek",
)
SOURCES = (
    "officials",
    "police",
    "witnesses",
    "prosecutors",
    "residents",
    "doctors",
    "activists",
    "experts",
    "researchers",
    "lawyers",
)
ORGANISATIONS = ("NATO", "UN", "EU", "FBI", "CIA", "WHO", "IMF", "NASA", "BBC", "CNN", "OPEC")
PLACES = ("London", "Paris", "Berlin", "Moscow", "Beijing", "Tokyo", "Washington", "Rome", "Cairo", "Delhi", "Madrid")
GROUPED = r"(?<![\d.,])\d{1,3}(?:,\d{3})+(?![\d,])"


def shifted(m: re.Match[str], rng: random.Random) -> str:
    return m.group().replace(".", "")


def year(m: re.Match[str], rng: random.Random) -> str:
    return str(int(m.group()) + rng.choice((-3, -2, 2, 3)))


def end_of_range(m: re.Match[str], rng: random.Random) -> str:
    return m.group(1) + str(int(m.group(2)) + rng.randint(11, 40))


def without_speaker(m: re.Match[str], rng: random.Random) -> str:
    return ""


# Name of the class -> kinds that tell it rightly, change.
CLASSES: dict[str, tuple[str, Mutation]] = {
    "fraction": ("number", first(r"\b(?:a third|half|a quarter|two-thirds|three-quarters)\b(?= of)", other(("a third", "half", "a quarter", "two-thirds")))),
    "times as many": ("number other", word_for_word(double="triple", doubled="tripled", twice="three times", triple="double", tripled="quadrupled")),
    "once and twice": ("number other", word_for_word(once="twice")),
    "point shifted": ("number", first(r"(?<![\d.,])[1-9]\.\d(?![\d.])", shifted)),
    "thousand dropped": ("number", first(GROUPED, lambda m, r: m.group().rsplit(",", 1)[0])),
    "digit doubled": ("number", first(r"(?<![\w$.,/:-])[1-9]\d(?= [a-z]{4,}s\b)", lambda m, r: m.group() + m.group()[-1])),
    "compound number word": ("number", first(r"\b(?:twenty|thirty|forty|fifty)-(?=\w+)", lambda m, r: {"twenty": "thirty", "thirty": "forty", "forty": "fifty", "fifty": "sixty"}[m.group()[:-1]] + "-")),
    "dozens": ("number other", word_for_word(dozens="hundreds", hundreds="thousands", thousands="millions", dozen="hundred")),
    "range": ("number date", first(r"(?<![\d-])(\d{1,2}[-\u2013])(\d{1,2})(?![\d-])", end_of_range)),
    "currency": ("number", first(r"[$\u20ac\u00a3](?=\d)", lambda m, r: "\u20ac" if m.group() != "\u20ac" else "\u00a3")),
    "percent and points": ("number", first(r"(?<=\d)(?:%| percent| per cent)(?! points)", lambda m, r: " percentage points")),
    "unit of length": ("number", word_for_word(kilometers="miles", kilometres="miles", miles="kilometres", feet="metres", metres="feet", inches="feet", meters="feet")),
    "span of time": ("number date", first(r"(?<=\d )(?:days|weeks|months|years|hours|minutes)\b", other(("days", "weeks", "months", "years", "hours")))),
    "rate": ("number date other", first(r"\b(?:per|a) (?:day|week|month|year)\b", other(("per hour", "per quarter")))),
    "year": ("date number", first(r"\b(?<![\d,.$])(?:19|20)\d\d(?![\d,s-])\b", year)),
    "decade": ("date number other", first(r"\b(?:19|20)[1-8]0s\b", lambda m, r: str(int(m.group()[:4]) + 10) + "s")),
    "month": ("date", first(rf"\b(?:{MONTHS})(?= \d)", other(tuple(MONTHS.split("|"))))),
    "part of the day": ("date other", first(r"\b(?:morning|evening|afternoon)\b", other(("morning", "evening", "afternoon")))),
    "next and last": ("date", first(r"\b(?:last|next|this) (?=(?:week|month|year|summer|spring)\b)", lambda m, r: "next " if m.group() == "last " else "last ")),
    "before noon": ("date", first(r"(?<=\d) ?(?:a\.m\.|am)(?!\w)", lambda m, r: " p.m.")),
    "since and until": ("date other modality", first(r"\bsince (?=[A-Z0-9])", lambda m, r: "until ")),
    "likely": ("negation other modality", word_for_word(likely="unlikely", unlikely="likely", able="unable", unable="able", legal="illegal", illegal="legal", possible="impossible", safe="unsafe", happy="unhappy", willing="unwilling")),
    "nobody": ("negation number other", word_for_word(nobody="everybody", nothing="everything", never="always", always="never", none="all", neither="both", both="neither")),
    "failed to": ("negation modality", first(r"\b(?:decided|agreed|managed|planned) to (?=[a-z]+)", lambda m, r: "failed to ")),
    "without": ("negation other", word_for_word(without="with")),
    "has not": ("negation", first(r"\b(?:has|have|had) (?=[a-z]+(?:ed|en|own)\b)", lambda m, r: m.group() + "not ")),
    "not gone": ("negation", first(r"\b(?:did|does|do|has|have|is|was|were|will|would|could|should) not (?=[a-z])", lambda m, r: m.group()[:-4])),
    "expected to": ("modality", first(r"\b(?:will|would) (?=[a-z]{3,}\b)(?!be |not |have )", lambda m, r: r.choice(("is expected to ", "hopes to ", "is likely to ")))),
    "believed": ("modality", first(r"\b(?:is|was|are|were) (?=(?:the|a|an|in|at|on) )", lambda m, r: ("are" if m.group()[:2] in ("ar", "we") else "is") + " believed to be ")),
    "confirmed": ("modality attribution other", word_for_word(confirmed="suspected", suspected="confirmed", accused="convicted", convicted="accused", proved="suggested", shows="suggests", showed="suggested", found="suggested")),
    "tried": ("modality other addition", first(r"\b(?:he|she|they|who|it) (?=[a-z]{3,}ed\b)", lambda m, r: m.group() + "nearly ")),
    "word in a quotation": ("quote", in_quote(lambda w, k, r: [*w[: k - 1], r.choice(("always", "barely", "secretly")), *w[k:]])),
    "quotation cut": ("quote", in_quote(lambda w, k, r: w[:k])),
    "sources": ("attribution", first(rf"\b(?:{'|'.join(SOURCES)})(?= (?:said|say|told)\b)", other(SOURCES))),
    "according to": ("attribution", first(r"\b[Aa]ccording to (?:the |a )?[a-z]{4,}\b", lambda m, r: m.group().split(" to ")[0] + " to the " + r.choice(("union", "airline", "clinic", "embassy")))),
    "speaker's verb": ("attribution modality", first(r"\b(?:said|says)\b(?= (?:that|the|he|she|it)\b)", lambda m, r: r.choice(("denied", "speculated", "alleged")))),
    "attribution gone": ("attribution", first(r", (?:officials|police|he|she|they|researchers|authorities) (?:said|say|says)(?=\.)", without_speaker)),
    "officials counted": ("attribution number", first(r"\b(?:[Tt]wo|[Tt]hree|[Aa]|[Oo]ne) (?=(?:officials?|sources?|witness(?:es)?|diplomats?|people) (?:said|familiar|briefed|told))", lambda m, r: "Seven " if m.group()[0].isupper() else "seven ")),
    "forename": ("name", first(rf"\b(?:{FORENAMES})(?= [A-Z][a-z])", other(tuple(FORENAMES.split("|"))))),
    "place": ("name", first(rf"(?<=[a-z] )(?:{'|'.join(PLACES)})\b(?! [A-Z])", other(PLACES))),
    "organisation": ("name attribution", first(rf"\b(?:{'|'.join(ORGANISATIONS)})\b", other(ORGANISATIONS))),
    "nation": ("name other", first(rf"\b(?:{'|'.join(NATIONS)})\b(?= [a-z])", other(NATIONS))),
    "deputy": ("modality name attribution other addition", first(r"\b(?:minister|governor|director|mayor|chairman|commander|secretary)\b", lambda m, r: r.choice(("deputy ", "former ", "acting ")) + m.group())),
    "kin": ("other", word_for_word(brother="sister", sister="brother", mother="father", father="mother", son="daughter", daughter="son", husband="wife", wife="husband", uncle="aunt", boys="girls", girls="boys", men="women", women="men", man="woman", woman="man")),
    "trade": ("other modality", word_for_word(bought="sold", sold="bought", buy="sell", sell="buy", imports="exports", exports="imports", arrived="departed", joined="left", hired="fired", guilty="innocent", alive="dead", dead="alive", gained="shed", opened="shut")),
    "outcome": ("other modality", word_for_word(success="failure", failure="success", victory="defeat", defeat="victory", gains="losses", losses="gains", win="lose", lose="win", winner="loser", majority="minority", minority="majority")),
    "degree": ("other modality", word_for_word(largest="smallest", smallest="largest", best="worst", worst="best", maximum="minimum", minimum="maximum", biggest="smallest", highest="lowest", lowest="highest", oldest="youngest", youngest="oldest")),
    "kind of thing": ("other", word_for_word(public="private", private="public", summer="winter", winter="summer", day="night", land="sea", male="female", female="male", military="civilian", civilian="military", liberal="conservative", conservative="liberal")),
    "place word": ("other date modality", word_for_word(inside="outside", outside="inside", near="far", behind="before", upper="lower", domestic="foreign", foreign="domestic", local="national", national="local")),
    "clause gone": ("deletion number date name negation attribution quote modality other", first(r", (?:which|who|where) [a-z][^,.;]{25,90}(?=[,.])", without_speaker)),
    "bracket gone": ("deletion number date name negation attribution quote modality other", first(r" \([a-z][^)(]{12,90}\)", without_speaker)),
}  # fmt: skip
KINDS = {name: frozenset(kinds.split()) for name, (kinds, _) in CLASSES.items()}
MUTATIONS: dict[str, Mutation] = {name: change for name, (_, change) in CLASSES.items()}
