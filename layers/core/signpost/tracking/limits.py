"""When a campaign's limit is in force, for the administration, which sets it, and the redirect, which enforces it.

An execution environment of the redirect learns of a limit when it reads the campaign again; clicks that it stores until
then are not taken from the limit. So a limit that is set at T is exact from T + `IN_FORCE_AFTER` on, when the last such
click has been stored:

    T           the administration takes the time, and writes campaign and limit within its time-out
    + 10 s      its time-out: they are written by now, or never
    + FRESH     every environment that had cached the campaign has read it again
    + 3 s       the time-out of a redirect that still had the old one
    + 2 s       clocks differ
"""

FRESH = 15.0  # seconds for which the redirect caches what it has read
CLOCKS_DIFFER = 2.0
IN_FORCE_AFTER = 30.0
STORED_AFTER = 5.0  # a redirect's time-out, and clocks that differ: older clicks are stored by now, or never
