"""Changes: what a report alters in what the story has said.

`Ledger.read` takes the reports of a story in time order and yields claims and lines of the log; `decide_changes` is the
judgement: `decide_figure` of a figure, `decide_statement` of a statement.
"""

from pipeline.changes.correcting import value_as_written
from pipeline.changes.decide import decide_changes, decide_figure, decide_statement
from pipeline.changes.dump import DumpError
from pipeline.changes.ledger import Ledger, LedgerStep
from pipeline.changes.standing import Contest, Standing

METHOD = "ledger/11"  # what a saved ledger was written by: another one starts anew

__all__ = [
    "METHOD",
    "Contest",
    "DumpError",
    "Ledger",
    "LedgerStep",
    "Standing",
    "decide_changes",
    "decide_figure",
    "decide_statement",
    "value_as_written",
]
