"""The errors that bad input raises; each is one line a user can act on."""


class FreezeError(Exception):
    """Something a user gave cannot be frozen.

    The text reads ``<file>: <place>: <fault>. <remedy>.`` and is the whole message:
    hooks let it stop the build, the command line prints it and ends with status 2.
    """

    def __init__(self, file: str, place: str, fault: str, remedy: str = "") -> None:
        self.file = file
        self.place = place
        self.fault = fault
        self.remedy = remedy
        where = ": ".join(part for part in (file, place) if part)
        super().__init__(" ".join(f"{part}." for part in (f"{where}: {fault}", remedy) if part))


class ConfigError(FreezeError):
    """The configuration holds one or more mistakes; ``fault`` lists them all."""


class SourceError(FreezeError):
    """A lock file, or the project file beside it, cannot be read for what it says it is."""


class SourceNotFoundError(SourceError):
    """The project holds no usable source."""


class RefusedEnvironmentError(FreezeError):
    """The source was not resolved for the asked environment, so it says nothing about it."""
