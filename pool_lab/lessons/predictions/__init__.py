"""Questions, the form in which a learner answers them, and what they are told."""
