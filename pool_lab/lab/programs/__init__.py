"""Look at your own program: record every executor that it makes, and see, keep and exchange what happened.

command     `pool-lab record`, `show` and `compare`
run         what was recorded, as rows: the same that the live timeline gets
event_log   a program writes its events to a folder while it runs, and another one reads them; writer_thread does so
startup/    makes a program write them, without a change to it
recording   `record`: of this program, and `record_program`: of another one; signals passes signals on to that
run_file    a run as JSON, and back
kept_run    a run in the output of a notebook; packing makes it small
findings    what stands out, in words, each with its evidence; stuck finds what may be a deadlock, and
            sending what calls cost before they run
text, page, perfetto
            a run for a terminal, for a browser, and for Perfetto; formats chooses among them and run_file
differences, comparison
            two runs: as tables, and as one page
"""
