"""Reports: pictures drawn from the measures. Nothing is simulated or measured here again.

draw_all(measures, folder, titles)   every picture of a run (sim.report.figures)
Titles                               what the pictures say of the run they are from (sim.report.style)
"""
