"""Pictures of the case Double 11."""
