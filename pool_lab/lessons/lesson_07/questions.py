"""How runs decide the questions of lesson 07."""

from pool_lab.lessons.lesson_07.judges import cores_in_c, cores_in_python, most_at_once, quickest, who_gains
from pool_lab.lessons.predictions.question_rules import Questions, choice

QUESTIONS: Questions = {
    "07 parse": choice(cores_in_python, on_any_machine=False),
    "07 fetch": choice(most_at_once),
    "07 compress": choice(cores_in_c, on_any_machine=False),
    "07 tiny": choice(quickest),
    "07 workers": choice(who_gains, on_any_machine=False),
}
