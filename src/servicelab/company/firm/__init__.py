"""How the firm's data is made: its world, sentence patterns, and the tables drawn from them.

Everything here is for those who teach and check: a trainee's lesson reads the finished tables and never imports it.
"""
