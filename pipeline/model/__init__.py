"""The values that pass between modules, in the order of the journey. Frozen, without behaviour beyond a derived property.

Every comment says where a field comes from. Times are aware datetimes in UTC; a time that is not known is None, never a guess.
Ids are content hashes made by `ident`, so that any step can run again without adding a row.
"""

from pipeline.model.collected import Document, Entry, Fetched, Judged, Observation, Outcome, PageSigns, QuarantineKind
from pipeline.model.edits import Edit, EditKind, Op, RevisionDecision
from pipeline.model.ids import UNIT, ident
from pipeline.model.ledger import Change, ChangeKind, Claim, Report
from pipeline.model.stored import (
    Alias,
    Appearance,
    ArticleState,
    Contest,
    FeedState,
    HumanDecision,
    KnownItem,
    QuarantinedLook,
    RobotsFile,
    Standing,
)
from pipeline.model.stories import Article, Copy, Link, LinkEvent, Story
from pipeline.model.versions import (
    KnownArticle,
    New,
    Quarantined,
    Reverted,
    Same,
    Suspect,
    Version,
    VersionDecision,
)
from pipeline.model.wanted import Aspect, Feed, Watch

__all__ = [
    "UNIT",
    "Alias",
    "Appearance",
    "Article",
    "ArticleState",
    "Aspect",
    "Change",
    "ChangeKind",
    "Claim",
    "Contest",
    "Copy",
    "Document",
    "Edit",
    "EditKind",
    "Entry",
    "Feed",
    "FeedState",
    "Fetched",
    "HumanDecision",
    "Judged",
    "KnownArticle",
    "KnownItem",
    "Link",
    "LinkEvent",
    "New",
    "Observation",
    "Op",
    "Outcome",
    "PageSigns",
    "QuarantineKind",
    "Quarantined",
    "QuarantinedLook",
    "Report",
    "Reverted",
    "RevisionDecision",
    "RobotsFile",
    "Same",
    "Standing",
    "Story",
    "Suspect",
    "Version",
    "VersionDecision",
    "Watch",
    "ident",
]
