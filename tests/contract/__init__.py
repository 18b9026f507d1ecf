"""The contract: what users of `concurrent.futures` rely on, as claims.

Each claim runs against the standard library, which is the oracle, and against `pool_lab`; most run on threads and on
processes. Where the two differ, the claim says so with `beyond_standard`, and why.

    gates.py      a gate that calls in any thread or process stand at until the test opens it
    calls.py      what the pools are asked to call
    kinds.py      marks: on which kinds of pool, and for which library, a claim is made
    conftest.py   the fixtures `library`, `kind`, `make_pool`
"""
