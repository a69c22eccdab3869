"""What API Gateway's events cannot carry, and the homes that are therefore asked something else.

Real gateways refuse some of these themselves; here their nearest event is made, so that the
function is seen to answer.
"""

BAD_ESCAPES_IN_QUERY = "payload 1.0 has the query decoded: what cannot be is a text like any other"
BAD_ESCAPES_IN_PATH = "an HTTP API has the path decoded: what cannot be is a text like any other"
DECODED_SLASH = "an HTTP API has the path decoded: what was %2F is a slash"
CUT_PATH = "an HTTP API has the path decoded, and cut at a question mark in it"
NO_LENGTH = "the events do not say that a length was missing: a body that is none has length 0"
REPLACED_BYTES = "a body is text in payload 1.0: what is not UTF-8 is replaced by the gateway"
JOINED_FIELDS = "payload 2.0 has a header that was sent more than once as one list"
