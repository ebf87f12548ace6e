"""The map's side of the server: runs cut into tiles of virtual time, and the addresses that serve them."""
