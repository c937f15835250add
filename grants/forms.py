"""Registered with casework."""
