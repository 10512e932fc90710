"""What people were told: a row a thing and rule, so that nothing is sent twice."""

from collections.abc import Sequence
from datetime import datetime

from pipeline.store.database import Tables


class Noticed:
    """Writes of notifications."""

    tables: Tables

    def add_notices(self, rule: str, subjects: Sequence[str], at: datetime, *, sent: bool) -> None:
        """Write down that a rule has dealt with these."""
        rows = [{"rule": rule, "subject": s, "noted_at": at, "sent": sent} for s in dict.fromkeys(subjects)]
        self.tables.insert("record.notice", rows)
