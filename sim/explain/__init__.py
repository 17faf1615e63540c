"""What a scenario says, before anything is run: in words, tables, one drawing; and what differs between two.

    speech      values as a planner writes them
    setting     the question, the run, who arrives, each resource in a sentence
    demand      what this pathway's own patients ask of each resource, estimated
    load        what is asked of each resource against what it has open
    rows        the board's rows with their conditions, sources and worked cases
    patient     a patient typed in: which row she gets and why not the others
    pathway     the pathway as an outline and as a drawing, from the model itself
    whole       all of it as text, as data; `page` as one HTML page
    difference  what differs between two scenarios

Runs nothing but the walk without queues of `demand`. Knows nothing of results.
"""
