"""Interactives of module 02: where time goes in a process, and what a change to it would do."""
