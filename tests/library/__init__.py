"""What the pools of pool_lab have beyond the standard ones, and how they stand what they are not made for.

Gates and most calls are those of the contract's tests; `tests/scripts.py` runs small programs,
`tests/kernels.py` the cells of notebooks.

    watching.py        the observer that remembers, and calls that only these tests make
    conftest.py        the fixtures `kind`, `make_pool`, `kernel`, `log`
    beside_standard/   claims that are made of the standard pools as well
"""
