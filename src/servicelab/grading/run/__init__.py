"""The sealed engine: a fresh Python for each submission, shut in, and its tests judged in another one."""
