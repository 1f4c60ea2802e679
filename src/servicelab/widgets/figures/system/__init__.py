"""Pictures about the service system as a whole: who causes contacts, what a late answer costs, who says nothing."""
