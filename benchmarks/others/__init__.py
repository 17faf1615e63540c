"""Both workloads in other simulators, each in the style of its own documentation.

Each module has `VERSION`, `prepare(workload)` where something is compiled first, and `W1(size, seed)` and
`W2(size, seed)`, which return the figures that `workloads.numbers` checks. They run in the environment of `peers.txt`,
with their own random numbers, and write no log: they add up waits, which is the least they can do.
"""
