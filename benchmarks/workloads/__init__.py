"""The two workloads on which engines are compared, as pathways of this project.

numbers   their parameters, what theory says of them, and the check that work was done (standard library only)
mm3       W1: one queue, three servers, a load of 0.9
network   W2: a pathway with a weekly board, three treatments, a ward, visits and recurrences
walk      either of them as an engine meets it; how its log is added up
header    the parameters and the log's numbers for the programs in `c/`
"""
