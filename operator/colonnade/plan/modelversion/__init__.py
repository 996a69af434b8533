"""A ModelVersion: trained or imported, judged by its gates, approved."""
