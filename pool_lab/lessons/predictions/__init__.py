"""Questions, the form in which a learner answers them, and the comparison with the run."""
