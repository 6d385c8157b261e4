"""What making one document may cost: time, processor, memory, size of a file; enforces nothing."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from mujaz.model.text import Noun


class Limits(Noun):
    """What making one document may cost."""

    seconds: Annotated[int, Field(ge=1, le=3600)] = 120
    """By the clock on the wall; a brief takes about two."""
    cpu_seconds: Annotated[int, Field(ge=1, le=3600)] = 100
    """Of the processor, which other programs on the machine do not lengthen."""
    memory: Annotated[int, Field(ge=256, le=65536)] = 3072
    """MiB of address space; a brief takes about a tenth."""
    file_size: Annotated[int, Field(ge=1, le=4096)] = 200
    """MiB of one file, be it the document or one that is only needed while it is made."""
