"""ODM-XML exports."""
