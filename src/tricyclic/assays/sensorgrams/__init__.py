"""Sensorgrams: association and dissociation at a surface under flow (SPR, BLI)."""
