"""Exercises: a learner's code is run apart from the notebook, and judged by the trace it leaves.

    kernel                                        a process of its own
    check(name, answer)
      attempts.attempt(...)  -- the answer -->    inside: listens to every pool the answer makes or is given
                                                  watchdog: stops what cannot end
                             <-- report ------    events, result, who waits for what
      verdicts.judge(...)
      timelines: the answer's above a right one

`definition` says what an exercise is, `symptoms` what many look for; the files named after lessons hold them. Whatever
the answer does, the kernel lives: `process` measures from outside what it takes, and can end it at any moment with all
that it has started. `fence` is put around answers of other people, and `solitude` keeps them off the network.
"""
