"""What the pools of pool_lab have beyond the standard ones, and how they stand what they are not made for.

Gates and most calls are those of the contract's tests.

    watching.py    the observer that remembers, and calls that only these tests make
    scripts.py     small programs, each in an interpreter of its own
    conftest.py    the fixtures `kind`, `make_pool`, `make_gate`, `log`
"""
