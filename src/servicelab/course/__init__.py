"""What the course is made of: what its files may hold, declared once, and where everything stands.

A declaration is a frozen dataclass whose annotations say what a value may be, the words for a wrong one, and which
texts are translated. `declared` makes everything else of it: the author's check with places, the texts to translate,
and the values that run in a lesson. A new kind of question is declared in `quizfile`, and becomes a control in a folder
of `learn.controls`.
"""
