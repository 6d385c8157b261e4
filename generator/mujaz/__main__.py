"""`python -m mujaz` → the command line; holds nothing else."""

from mujaz.cli import run

if __name__ == "__main__":
    run()
