"""Which of the face mesh's 478 points follow one another along a line of the face.

Left and right are the picture's. The numbers are MediaPipe's canonical face mesh with iris points
(Kartynnik 2019, Grishchenko 2020). Closed chains repeat their first point.
"""

COUNT = 478

OVAL = (
    *(10, 338, 297, 332, 284, 251, 389, 356, 454, 323, 361, 288, 397, 365, 379, 378, 400, 377),
    *(152, 148, 176, 149, 150, 136, 172, 58, 132, 93, 234, 127, 162, 21, 54, 103, 67, 109, 10),
)
JAW = OVAL[8:29]  # from the right ear under the chin to the left ear

LEFT_EYE = (33, 246, 161, 160, 159, 158, 157, 173, 133, 155, 154, 153, 145, 144, 163, 7, 33)
RIGHT_EYE = (263, 466, 388, 387, 386, 385, 384, 398, 362, 382, 381, 380, 374, 373, 390, 249, 263)
EYES = (LEFT_EYE, RIGHT_EYE)
CREASES = ((130, 247, 30, 29, 27, 28, 56, 190), (359, 467, 260, 259, 257, 258, 286, 414))

# An iris: its centre, and four points around it.
LEFT_IRIS = (468, 469, 470, 471, 472)
RIGHT_IRIS = (473, 474, 475, 476, 477)
IRISES = (LEFT_IRIS, RIGHT_IRIS)

BROWS = ((70, 63, 105, 66, 107), (300, 293, 334, 296, 336))  # upper edges, outside to inside
BROWS_UNDER = ((46, 53, 52, 65, 55), (276, 283, 282, 295, 285))

NOSE_RIDGE = (168, 6, 197, 195, 5)
NOSE_BASE = (98, 97, 2, 326, 327)
NOSTRILS = ((48, 64, 98), (278, 294, 327))

LIPS = (
    *(61, 185, 40, 39, 37, 0, 267, 269, 270, 409),
    *(291, 375, 321, 405, 314, 17, 84, 181, 91, 146, 61),
)
LIPS_INNER = (
    *(78, 191, 80, 81, 82, 13, 312, 311, 310, 415),
    *(308, 324, 318, 402, 317, 14, 87, 178, 88, 95, 78),
)
UPPER_ARC = LIPS[:11]
LOWER_ARC = (61, 146, 91, 181, 84, 17, 314, 405, 321, 375, 291)
MOUTH_LINE = LIPS_INNER[:11]
MOUTH_CORNERS = (61, 291)

CHIN, FOREHEAD, LEFT_SIDE, RIGHT_SIDE = 152, 10, 234, 454
