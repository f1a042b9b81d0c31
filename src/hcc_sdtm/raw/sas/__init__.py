"""SAS transport files and datasets."""
