"""Changes: what a report alters in what the story has said. `Ledger.read` takes reports in time order and yields claims and lines."""

from pipeline.changes.decide import decide_figure, decide_statement
from pipeline.changes.dump import DumpError
from pipeline.changes.ledger import Ledger, LedgerStep
from pipeline.changes.standing import Contest, Standing

__all__ = ["Contest", "DumpError", "Ledger", "LedgerStep", "Standing", "decide_figure", "decide_statement"]
