// What a receiver's answer to a notice means. Pure but for the waiting.
#pragma once

#include <string>

#include "base/result.h"
#include "base/time.h"
#include "net/async_client.h"

namespace ordo::notify {

// How long a notice waits for its turn at most, before its own time begins.
inline constexpr base::Millis kPatience{10'000};

// 2xx is delivered. 400, 413, 415 and 422 are `invalid`: the receiver will never take this notice.
// Anything else is `unavailable`. `channel` is for the message, which never quotes the URL.
base::Result<void> read_delivery(const net::Exchanged& exchanged, const std::string& channel);

// Sends and waits. Any thread but the client's own.
base::Result<void> deliver(net::AsyncClient& client, net::AsyncRequest request,
                           const std::string& channel);

}  // namespace ordo::notify
