"""How well learned classification does on a labelled set: trained on one part of it, judged on the other."""
