"""CPython's own tests of `concurrent.futures`, run against pool_lab; none of their code is kept here.

    replacement.py          puts pool_lab in the place of the standard module, in a whole interpreter
    left_out.py             the tests that ask for what pool_lab does not have, each with its reason
    test_suite.py           runs the rest, where the running Python comes with its tests

The suite starts interpreters of its own, some of them isolated from every environment variable. So pool_lab is put in
place by a `.pth` file in a virtual environment made for the purpose: every interpreter started from it reads that.
"""
