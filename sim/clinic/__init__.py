"""Medicine, written once: who the patients are, how the disease goes, what is seen of it, and what is done.

`patient` and `world` the people, `growth` and `disease` the truth, `imaging` what is seen of it, `board` and
`boardfile` the decision, `treatments` what they need and do, `pathway` the steps of care in the order a patient
meets them. Knows no queue: it says what it wants through `sim.steps`, and an engine answers when.
"""
