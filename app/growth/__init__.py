"""What grows: more messages of a theme, a place or a problem than is usual there."""
