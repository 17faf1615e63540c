"""Clock and queues: who is served when. Knows no medicine.

hospital     the hospital as plain numbers
rules        the contract every engine keeps
reference    the engine on SimPy, readable and full of checks
"""
