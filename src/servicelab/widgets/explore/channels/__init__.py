"""Interactives of module 03: a fair scorecard, the floor, a hand-over; for analysts three queues and a mix."""
