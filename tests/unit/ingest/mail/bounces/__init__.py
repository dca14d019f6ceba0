"""Delivery reports and complaints."""
