"""Loaded first by the fork server: what it loads then stays, and no garbage is looked for in it; holds nothing."""

import gc

gc.disable()
