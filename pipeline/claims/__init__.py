"""Claims: what a report says on the aspects that people follow.

    Report ── split ──> units ── route ──> an aspect each
                          ├── read_figures, tie ──> figures, each under its own key
                          └── read_statement ──> states, stances, dates, polarity

Pure: knows no ledger and no clock. What was said before, and whether a claim is news, is decided in `pipeline.changes`.
"""

from pipeline.claims.figures import Figure, read_figures
from pipeline.claims.profile import AspectProfile, build_profiles
from pipeline.claims.routing import Context, Fit, Usage, own_scores, route
from pipeline.claims.statements import Statement, clause_span, read_statement
from pipeline.claims.suggesting import Said, Suggestion, suggest_terms
from pipeline.claims.tying import Tied, tie
from pipeline.claims.units import HEADLINE, Unit, is_note, normal_form, read_unit, split
from pipeline.claims.weigh import Setting, Weighed, weigh

__all__ = [
    "HEADLINE",
    "AspectProfile",
    "Context",
    "Figure",
    "Fit",
    "Said",
    "Setting",
    "Statement",
    "Suggestion",
    "Tied",
    "Unit",
    "Usage",
    "Weighed",
    "build_profiles",
    "clause_span",
    "is_note",
    "normal_form",
    "own_scores",
    "read_figures",
    "read_statement",
    "read_unit",
    "route",
    "split",
    "suggest_terms",
    "tie",
    "weigh",
]
