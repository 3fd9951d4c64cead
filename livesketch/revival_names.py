"""What a guard, the program it guards and the curtain between them must call alike."""

PULSE = "LIVESKETCH_PULSE"  # the file whose age tells that the loop goes round
GO_ON = "--go-on"  # be where the show was
BACKDROP = (
    "LIVESKETCH_BACKDROP"  # the folder in which the second screen tells the curtain what to hold
)
WANTED = "wanted"  # in it: there is a second screen
PLACE = "place.json"  # where it is; none: it covers nothing
ALIVE = "alive"  # touched again and again by the guard
OVER = "over"  # the show cannot go on: whoever clicks on the curtain opens it
