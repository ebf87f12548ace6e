"""The virtual world: clock, nodes, links, radio, packets, compute, energy, learning methods and the record of a run."""
