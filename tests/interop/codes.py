"""RFC 3398 §7.2.4.1: the SIP code for each Q.850 cause; what is concluded from both, and from the code alone.

The network fails the call at once, without a sign of the far end, so that the release is all there is to go by.
"""

from __future__ import annotations

VACANT = "unreachable/vacant_number/number"
CHANGED = "unreachable/number_changed/number"
BARRED = "unreachable/barred/number"
CONGESTED = "inconclusive/network_congestion/network"
UNSURE = "inconclusive/unsure/unknown"
TRUNK = "inconclusive/trunk/trunk"
DIAL_PLAN = "inconclusive/dial_plan/robot"

WITH_REASON = {
    (1, "404 Not Found"): VACANT,
    (2, "404 Not Found"): UNSURE,  # no route: a fault of routing, not a dead number
    (3, "404 Not Found"): UNSURE,
    (17, "486 Busy Here"): "busy/busy_signal/office",
    (18, "408 Request Timeout"): "unreachable/no_coverage/number",
    (19, "480 Temporarily unavailable"): "unanswered/rang_out/office",
    (20, "480 Temporarily unavailable"): "unreachable/powered_off/number",
    (21, "403 Forbidden"): TRUNK,  # before anything of the far end: our own limit as well
    (21, "603 Decline"): "unanswered/rejected/office",  # §7.2.4.1: by the user himself
    (17, "600 Busy Everywhere"): "busy/busy_signal/office",
    (22, "301 Moved Permanently"): CHANGED,  # with the new number as a diagnostic
    (22, "410 Gone"): CHANGED,
    (23, "410 Gone"): CHANGED,
    (26, "404 Not Found"): UNSURE,  # misrouted call to a ported number
    (27, "502 Bad Gateway"): "unreachable/no_coverage/number",
    (28, "484 Address incomplete"): DIAL_PLAN,
    (29, "501 Not implemented"): TRUNK,
    (31, "480 Temporarily unavailable"): UNSURE,
    (34, "503 Service unavailable"): CONGESTED,
    (38, "503 Service unavailable"): CONGESTED,
    (41, "503 Service unavailable"): CONGESTED,
    (42, "503 Service unavailable"): CONGESTED,
    (47, "503 Service unavailable"): CONGESTED,
    (55, "403 Forbidden"): BARRED,
    (57, "403 Forbidden"): TRUNK,  # the calling side's bearer capability
    (58, "503 Service unavailable"): CONGESTED,
    (65, "488 Not Acceptable Here"): TRUNK,
    (70, "488 Not Acceptable Here"): TRUNK,
    (79, "501 Not implemented"): TRUNK,
    (87, "403 Forbidden"): TRUNK,
    (88, "503 Service unavailable"): CONGESTED,
    (102, "504 Gateway timeout"): CONGESTED,
    (111, "500 Server internal error"): CONGESTED,
    (127, "500 Server internal error"): CONGESTED,
}
WITHOUT_REASON = {
    "404 Not Found": VACANT,
    "486 Busy Here": "busy/busy_signal/office",
    "408 Request Timeout": UNSURE,
    "480 Temporarily unavailable": UNSURE,  # Q.850 18, 19 or 20, depending on the stack
    "403 Forbidden": TRUNK,
    "410 Gone": CHANGED,
    "502 Bad Gateway": UNSURE,
    "484 Address incomplete": DIAL_PLAN,
    "501 Not implemented": TRUNK,
    "503 Service unavailable": CONGESTED,
    "488 Not Acceptable Here": TRUNK,
    "504 Gateway timeout": CONGESTED,
    "500 Server internal error": CONGESTED,
    "600 Busy Everywhere": "busy/busy_signal/office",
    "603 Decline": "unanswered/rejected/office",
    "604 Does Not Exist Anywhere": VACANT,
}
