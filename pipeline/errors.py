"""What can go wrong that a person can act on.

One base class. A leaf's docstring is its default message; its attributes name the file, URL or key concerned. A bad feed or
page is never an exception: it is an outcome, stored as a row. A bug is raised as whatever Python raises.
"""


class WritethruError(Exception):
    """Something that the user can mend."""

    exit_code = 70

    def __init__(self, message: str | None = None):
        super().__init__(message or (type(self).__doc__ or "").strip())


class ConfigError(WritethruError):
    """A settings, feeds or stories file is not valid."""

    exit_code = 2

    def __init__(self, file: object, key: str, problem: str, value: object = None):
        self.file, self.key, self.value = str(file), key, value
        shown = "" if value is None else f" (it is {value!r})"
        super().__init__(f"{file}: {key}: {problem}{shown}" if key else f"{file}: {problem}{shown}")


class UsageError(WritethruError):
    """The command was called in a way that it does not understand."""

    exit_code = 2


class StoreBusy(WritethruError):
    """Another run holds the store."""

    exit_code = 75

    def __init__(self, path: object, holder: str, advice: str = ""):
        self.path, self.holder = str(path), holder
        told = f"{path} is in use by {holder}. Wait for that run to end, then try again."
        super().__init__(f"{told} {advice}" if advice else told)


class LeaseLost(WritethruError):
    """Another run was given the store, since this one gave no sign of life."""

    exit_code = 75

    def __init__(self, path: object, heir: str):
        self.path, self.heir = str(path), heir
        told = "this run gave no sign of life for so long that another took over"
        super().__init__(f"{path}: {told}: {heir}. What was acknowledged is kept; nothing more is written from here.")


class StoreError(WritethruError):
    """The store cannot be opened or written."""

    exit_code = 74


class QueryError(WritethruError):
    """The SQL query cannot be run."""

    exit_code = 2
