"""Exercises: a learner's code runs in its own process, and is judged by the trace it leaves.

    the kernel                                    a separate process
    check(name, answer)
      attempt.try_answer(...)  -- the answer -->  child: runs it, and listens to every pool that it makes or is given
                               <-- messages ---   reporter: pools, events, and how it ended
                               <-- heartbeats --  deadlock: what its threads wait for
      limits: whether it has to be stopped
      verdict.judge(...)
      comparison: the answer's timeline above that of a right one

`exercise` says what an exercise is. The exercises themselves are in the folders of the lessons. `evidence` has what an
attempt shows, and `mistakes` what many answers get wrong.

Whatever the answer does, the kernel lives: `answer_process` measures from outside what it uses, and can end it at any
moment with everything that it has started. `sandbox` is put around the answers of other people.
"""
