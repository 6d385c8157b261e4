"""`python -m mujaz`, and the console script → the command line; holds nothing else."""

import gc
import os
from typing import NoReturn


def main() -> NoReturn:
    """Load the command line and run it; nearly all that it makes stays until its end, and nobody looks for garbage.

    What makes much of it, or runs for days, sees to that itself.
    """
    gc.disable()
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")  # else it looks into every package for some
    from mujaz.cli import run  # noqa: PLC0415 # not before the line above

    run()


if __name__ == "__main__":
    main()
