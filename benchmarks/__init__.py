"""How fast the pools are, beside the standard library's, their peers, and what the machine can do at all.

    make bench                       every contest, five rounds
    make bench ARGS="threads -r 1"   the contests with "threads" in their name, one round

Each number is measured in an interpreter of its own, and the contestants take turns round by round, so whatever else
the machine is doing disturbs all of them. Machines differ and so do days: only the ratios within one run mean anything.
"""
