"""What a guard and the program it guards must call alike."""

PULSE = "LIVESKETCH_PULSE"  # the file whose age tells that the loop goes round
GO_ON = "--go-on"  # be where the show was
