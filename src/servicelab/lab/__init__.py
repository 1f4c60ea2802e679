"""Open the course in JupyterLab: the trainee's workspace, or the instructor's whole checkout."""

from servicelab.lab.launch import launch, settings_folders

__all__ = ["launch", "settings_folders"]
