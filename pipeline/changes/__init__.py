"""Changes: what a report alters in what the story has said. `Ledger.read` takes reports in time order and yields claims and lines."""

from pipeline.changes.decide import decide_figure, decide_statement
from pipeline.changes.ledger import Ledger, LedgerStep

__all__ = ["Ledger", "LedgerStep", "decide_figure", "decide_statement"]
