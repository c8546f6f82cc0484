"""Files of other programs: TNTP and GMNS, read and written."""
