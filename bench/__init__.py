"""What Commonway costs: ``python -m bench [--quick] [names…]``, explained in docs/speed.md.

Each bench is a module with ``run(quick: bool) -> list[dict]``, run in a process of its own where Django is
set up on a scratch database with the demo city. A row has ``name, value, unit, floor, ratio`` and whatever
else it can tell.
"""
