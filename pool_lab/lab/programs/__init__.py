"""Look at your own program: record every executor that it makes, and see, keep and exchange what happened.

run         what was recorded, as rows: the same that the live timeline gets
event_log   a program writes its events to a folder while it runs, and another one reads them
startup/    makes a program write them, without a change to it
recording   `record`: of this program, and `record_program`: of another one
run_file    a run as JSON, and back
findings    what an engineer wants to know, in words
text, page, perfetto
            a run for a terminal, for a browser, and for Perfetto
"""
