"""The book: the solved course as a folder of static pages that ask nothing of a network.

A lesson is run (`command`), its cells become blocks (`cells`, `parts`, `outputs`, `prose`), its blocks a chapter
(`chapter`), the chapters pages and a search index (`site`, `search`), and the finished folder takes its place in one
step (`folder`).
"""
