"""When a campaign's limit on its clicks is in force, as whoever sets it and whoever enforces it agree.

An execution environment of the redirect learns of a limit when it reads the campaign again. The clicks that it stores
until then are taken from no limit. So a limit that is set at T is exact from T + `IN_FORCE_AFTER` on, when the last
such click has been stored:

    T           the administration takes the time, and writes campaign and limit within its time-out
    + 10 s      they are written, or never
    + FRESH     the last environment that had read the campaign before reads it again
    + 3 s       the time-out of a redirect that still had the old one
    + 2 s       clocks differ
"""

FRESH = 15.0  # seconds that the redirect remembers what it has read
CLOCKS_DIFFER = 2.0
IN_FORCE_AFTER = 30.0
STORED_AFTER = 5.0  # a redirect's time-out, and clocks that differ: older clicks are stored, or never will be
