"""The forms in which a keyword stands in a customer's text, made from its base form by the rules of its language."""
