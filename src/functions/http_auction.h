// An auction behind a URL: each question is a POST, signed as Standard Webhooks says.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "net/async_client.h"
#include "ports/auction.h"
#include "ports/clock.h"
#include "ports/random.h"

namespace ordo::functions {

struct HttpAuction {
  std::string url;
  std::vector<std::string> secrets;  // as those of a web hook
  base::Millis timeout{30'000};      // of one question
  bool allow_private = false;        // see net/address_rules.h
};

// For what is sent and answered see http_auction_answer.h; `webhook-id` is another one each time.
// `invalid` for a URL or a secret that cannot be used; the error quotes neither. Answers on the
// client's thread. All that it borrows outlives the client's callbacks.
base::Result<std::unique_ptr<ports::Auction>> make_http_auction(const HttpAuction& spec,
                                                                net::AsyncClient& client,
                                                                const ports::Clock& clock,
                                                                ports::Random& random);

}  // namespace ordo::functions
