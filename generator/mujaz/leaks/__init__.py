"""What a topic keeps from an audience, and the bytes of a file → what leaked; opens nothing, trusts no other stage."""

from __future__ import annotations

from mujaz.leaks.channels import page
from mujaz.leaks.paper import paper
from mujaz.leaks.search import Common, Finding, Haystack, search
from mujaz.leaks.secrets import Secrets, kept

__all__ = ["Common", "Finding", "Haystack", "Secrets", "haystack", "kept", "search"]


def haystack(data: bytes) -> Haystack:
    """All that a file says, to whoever looks into it by whatever means."""
    if data.startswith(b"%PDF-"):
        return Haystack(paper(data))
    return Haystack(page(data))
