"""The book: the solved course as a folder of pages that move and ask nothing of a network.

A lesson is run and its explorers are recorded (`workshop`, `recorder`); its cells become a page (`chapter`), with the
others around it (`pages`); Sphinx writes them (`site`, `formulas`), `static/player.js` moves the pictures, and the
finished folder takes its place in one step (`folder`).
"""
