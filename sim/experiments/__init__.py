"""Experiments: questions that take more than one run.

compare(scenarios)   what scenarios do differently, figure by figure and patient by patient (sim.experiments.compare)

Experiments run scenarios, and read what was measured; they simulate nothing themselves and draw nothing.
"""
