"""Published results run against the model: targets as data, emulated trials, and what is hit and what is missed.

    targets       what a file of targets says, read and checked
    attributes    what patients may be selected by
    settings      ways of care, and the arms of a trial, as scenarios
    cohorts       the patients of a setting, walked through the pathway without queues
    samples       who is compared, from when, until what
    measures      curves, shares, quantiles and ratios of a sample, with their intervals
    scoring       published beside simulated: inside or outside
    running       all of it for a file of targets, in parallel

Nothing here changes the model, and nothing in the model knows of it.
"""
