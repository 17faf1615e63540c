"""`nelm warm`: compile clinic and engine ahead. Arguments and printing, nothing else."""

from __future__ import annotations

import time

import click


@click.command()
def warm() -> None:
    """Compile clinic and engine ahead, so that no later run has to.

    Compiled code is kept for exactly this version of the program; where it is there already, nothing is done.
    """
    from sim import jit
    from sim.engines import why_slow
    from sim.running import warm_up

    if why_slow():
        click.echo(f"nothing to compile: {why_slow()}; the SimPy engine runs")
        return
    there, begun = jit.is_warm(), time.perf_counter()
    warm_up(click.echo)
    where = "kept for all later runs" if jit.CACHED else "not kept: no folder can be written"
    click.echo("compiled before" if there else f"compiled in {time.perf_counter() - begun:.0f} s, {where}")
