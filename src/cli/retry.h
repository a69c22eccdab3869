// Patience with a server that is busy or away.
#pragma once

#include "base/result.h"
#include "base/time.h"
#include "cli/environment.h"
#include "cli/progress.h"
#include "cli/remote.h"

namespace ordo::cli {

// Of what looks on for as long as a person wishes, between two tries to reach a server that is
// away.
inline constexpr base::Millis kFirstPause{500};
inline constexpr base::Millis kLongestPause{10'000};
// How long Ctrl-C may wait.
inline constexpr base::Millis kSlice{100};

// Asks again while the answer is 429 or 503 or the server is not to be reached, with growing pauses
// or those that the server asks for, until so much time is over. The last answer.
base::Result<net::Response> exchange_until_answered(Remote& remote, const Call& call,
                                                    const Environment& environment,
                                                    Progress& progress, base::Millis retry_for);

}  // namespace ordo::cli
