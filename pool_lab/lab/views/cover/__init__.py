"""What is shown in the place of a picture or an output until a question is answered."""
