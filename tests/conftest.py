"""What every test shares: properties are not timed, since a busy machine would fail them for nothing."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("mujaz", deadline=None)
settings.load_profile("mujaz")
