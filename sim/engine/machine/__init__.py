"""The compiled engine's parts: the hospital in motion as plain arrays, and the verbs that move it.

The contract is `sim.engine.rules`, word for word; the SimPy engine beside this package keeps the same one in plain
objects. What is a Python object there is a row of a record array here, and a reference is the row's number (-1: none).

    state       the arrays
    agenda      what is due, by minute and rank
    queues      who waits, in queue order
    logbook     the rows of the two logs
    floor       places, uses, and the giving-out
    sittings    lists: booking, opening, filling gaps, calling
    rings       who waits for whose place
    journeys    steps, alarms, orders, leaving and dying
    streams     competing cases and offers
    instants    what is due next, until the clinic must be asked
    complaints  what can be wrong, by number
"""
