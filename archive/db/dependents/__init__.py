"""What users hung on the tables of an archive, through an upgrade or a repair: a module for each engine."""
