"""What people say and answer: sentences of contacts, statements that experts coded, surveys.

It knows the true effects: a trainee's lesson reads the finished tables and never imports it.
"""
