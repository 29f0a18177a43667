"""The engine that treats all curves alike."""
