"""`servicelab demo`: a cohort of simulated trainees through the whole loop."""
