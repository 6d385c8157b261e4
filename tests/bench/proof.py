"""What the proof of the researcher's brief costs in CPU time, beside the export that it follows, in one run.

Run: .venv/bin/python tests/bench/proof.py [ROUNDS]
Prints the median of each and their ratio; exits 1 where the proof takes more than a quarter of the time of making the
file. Both are warm: one process, which has done either twice before.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path
from statistics import median

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "generator"), str(ROOT / "tests")]

from mujaz.compose import compose  # noqa: E402
from mujaz.export import export  # noqa: E402
from mujaz.model.document import Medium  # noqa: E402
from mujaz.plan import Request  # noqa: E402
from mujaz.proof import findings  # noqa: E402
from mujaz.standing import look  # noqa: E402 # run as a script, it must find the packages first
from mujaz.templates import House, open_templates  # noqa: E402

REQUEST = Request(
    topics=frozenset({"counterterrorism-diplomacy"}),
    audiences=frozenset({"researcher"}),
    media=frozenset({Medium.PRINT}),
)
BOUND = 0.25


def main(rounds: int) -> int:
    """Measure and judge."""
    seen, (job,) = look(ROOT, REQUEST)
    assert seen.library is not None
    house, templates = House(seen.library.workspace, seen.library.logo), open_templates(ROOT)
    making: list[float] = []
    proving: list[float] = []
    for number in range(rounds + 2):
        start = time.process_time()
        document = compose(job.brief, templates, medium=Medium.PRINT, house=house)
        output = export(document)
        made = time.process_time()
        found = findings(document, output.data)
        proved = time.process_time()
        assert found == (), found
        if number >= 2:
            making.append(made - start)
            proving.append(proved - made)
    ratio = median(proving) / median(making)
    print(f"making {median(making):.3f} s, proof {median(proving):.3f} s, ratio {ratio:.3f} (bound {BOUND})")
    return int(ratio > BOUND)


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 5))
