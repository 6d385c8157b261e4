"""`python -m mujaz`, and the console script → the command line; holds nothing else."""

import gc
import os
from typing import NoReturn


def main() -> NoReturn:
    """Load the command line and run it; no garbage is looked for in what is loaded: all of it stays."""
    gc.disable()
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")  # else it looks into every package for some
    from mujaz.cli import run  # noqa: PLC0415 # not before the line above

    gc.freeze()
    gc.enable()
    run()


if __name__ == "__main__":
    main()
