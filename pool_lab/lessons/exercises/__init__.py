"""Exercises: a learner's code is run apart from the notebook, and judged by the trace it leaves.

    kernel                                        a process of its own
    check(name, answer)
      attempts.attempt(...)  -- the answer -->    inside: listens to every pool the answer makes or is given
                                                  watchdog: stops what cannot end
                             <-- report ------    events, result, who waits for what
      verdicts.judge(...)

`definition` says what an exercise is; the files named after lessons hold them. Whatever the answer does, the kernel
lives: the process can be ended at any moment.
"""
