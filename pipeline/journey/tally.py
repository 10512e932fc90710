"""What became of looks, counted."""

from dataclasses import dataclass


@dataclass(slots=True)
class Tally:
    """What became of the looks."""

    looks: int = 0
    new_articles: int = 0
    new_versions: int = 0
    reverted: int = 0
    same: int = 0
    quarantined: int = 0
