"""The book of places: streets and houses with points, given by a table of the administrator."""
