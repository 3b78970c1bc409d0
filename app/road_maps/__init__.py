"""Road maps (дорожные карты): the steps by which a problem is removed, and whether it helped."""
