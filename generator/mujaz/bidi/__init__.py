"""Text and HTML → order of mixed Arabic and Latin settled; re-exports the four rooms of this package."""

from mujaz.bidi.display import terminal, visual
from mujaz.bidi.paper import settle
from mujaz.bidi.tokens import isolate
from mujaz.bidi.uax9 import Base, FriBidiMissingError, levels

__all__ = ["Base", "FriBidiMissingError", "isolate", "levels", "settle", "terminal", "visual"]
