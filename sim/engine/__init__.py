"""Clock and queues: who is served when. Knows no medicine.

hospital, timetable   the hospital as plain numbers, and its sittings from a weekly timetable
rules                 the contract every engine keeps
reference             the engine on SimPy, readable and full of checks
"""
