"""The compiled engine's parts: the hospital in motion as plain records, and the verbs that move it.

The contract is `sim.engine.rules`, word for word; the SimPy engine beside this package keeps the same one in plain
objects. What is a Python object there is a record here, and a reference is its number (-1: none).

    records     what a patient, a case, a resource is, field by field
    memory      reaching records from compiled code
    ground      memory of arrays that grow
    building    the memory of a run, from a hospital and its arrivals
    agenda      what is due, by minute and rank
    queues      who waits, in queue order
    logbook     the rows of the two logs
    pages       the rows of a minute that is over, put in order
    rows        records taken, and free again
    waiting     into a queue, out of it, off a booking
    places      who has one, taking and freeing, keeping and holding
    uses        they begin and end, and what that means for a journey
    giving      what is free is given out
    sittings    lists: booking, opening, filling gaps, calling
    rings       who waits for whose place
    journeys    steps, alarms, orders, leaving and dying
    streams     competing cases and offers
    instants    what is due next, until the clinic must be asked

Nothing here can be run without numba: records are reached by address, and no bounds are checked.
"""
