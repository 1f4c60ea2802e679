"""Pictures of module 03: what a scorecard holds, what is contained and not solved, who refuses, what a second channel costs."""
