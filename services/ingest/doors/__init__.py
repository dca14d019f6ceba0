"""The ways in for mail: each stores the raw mail before it says that it was taken."""
