"""Freight over chains of modes: the virtual network, its least chains, and the equilibrium of mode, route and lock."""
