"""Open the course in JupyterLab: the trainee's workspace, or the instructor's whole checkout."""

from servicelab.lab.launch import data_folders, launch, settings_folders

__all__ = ["data_folders", "launch", "settings_folders"]
