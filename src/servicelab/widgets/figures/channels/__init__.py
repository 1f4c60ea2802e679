"""Pictures of module 03: what a scorecard holds, contained and solved, who refuses, what a second channel costs."""
