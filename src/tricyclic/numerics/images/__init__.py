"""Images as arrays: background, ridges, masks, skeletons, lengths of paths."""
