"""What an edit is and whether it bears meaning: decide_edit for a sentence, compare for a whole revision.

The judgement of a pair, in this order: proven the same (typography, notation, furniture, time stamps) is cosmetic; then the
blocks in which the canonical keys differ are read by rules of fact (quotes, numbers, dates, negation, attribution, modality,
names), and only where these are silent by their plain words. Everything that is not proven cosmetic is shown.
"""

from pipeline.edits.findings import Finding
from pipeline.edits.judge import EditDecision, decide_edit
from pipeline.edits.notes import explained
from pipeline.edits.revision import compare, compare_bodies, decide_revision

__all__ = ["EditDecision", "Finding", "compare", "compare_bodies", "decide_edit", "decide_revision", "explained"]
