"""Scaling: models made smaller for a link or a node, larger again, and put back where they came from.

                          linear   mlp   cnn   transformer   lora
    width, down             no     yes   yes    heads         no     nested sub-networks
    width, up               no     yes   (a)    (b)           no     Net2Net, the same function
    depth, down             no     yes   (c)    yes           no     the first layers and the head: an early exit
    depth, up               no     (d)   yes    yes           no     layers that hand on what they read
    rank, down and up       no     no    no     no            yes    of the adapters' products
    sparsity, bits          yes    yes   yes    yes           yes
    put back, by coverage   (e)    yes   yes    yes           (e)

    (a) not with group normalisation   (b) to whole multiples of its heads   (c) a convolution only where there is no
    pooling   (d) with relu   (e) where the structure is the same

A family of one's own joins by registering its structure with `anatomy`, `resized`, `shortened` and `lengthened`
(functools.singledispatch). What is not possible is a ValueError that says why. Where both sides of a matrix scale,
width s makes it s^2 as large; the first and last layers, of which one side is the data's, become s as large.

Components (free of torch):
    Scale                       width, depth, rank, sparsity, bits
    Choices                     the scales that may be chosen
Things:
    ScaleReport, Footprint      bytes, FLOP, memory before and after, and the error
Verbs:
    scale_model                 a model at a scale, and the report
    scale_to                    a model at the scale that fits a link or a node and loses least, and the report
    footprint                   what a model takes
    scale_bits, sparsify, scale_rank, widen, deepen, resized, shortened, lengthened    one way of scaling each
    part, put_back, nested_places   a sub-model out of its parent, back into it, and where it belongs there
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
