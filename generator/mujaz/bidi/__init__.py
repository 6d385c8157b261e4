"""Text and HTML → order of mixed Arabic and Latin settled; re-exports the four rooms of this package."""

from mujaz.bidi.isolate import isolate
from mujaz.bidi.levels import Base, FriBidiMissingError, levels
from mujaz.bidi.settle import settle
from mujaz.bidi.visual import terminal, visual

__all__ = ["Base", "FriBidiMissingError", "isolate", "levels", "settle", "terminal", "visual"]
