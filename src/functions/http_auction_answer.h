// The protocol of an auction over HTTP: what is asked, and what the answer means. Pure.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "domain/order.h"
#include "net/async_client.h"
#include "ports/auction.h"

namespace ordo::functions {

// More than results about as many orders as are asked about at once need.
inline constexpr std::size_t kMaxAuctionAnswerBytes = 1024UL * 1024;

// {"orders":[{"record_id":…,"parameter_1":…,"parameter_2":…},…]}, numbers digit for digit.
[[nodiscard]] std::string auction_question(const std::vector<domain::Order>& orders);

// 2xx with {"results": false}: not ready; with {"results": [{"record_id":…,"accepted":…},…]}: the
// results, each about another one of the orders in `asked`. Other members are not looked at.
// `invalid` for any other 2xx, with what is wrong; `unavailable` for any other status and for none.
[[nodiscard]] ports::AuctionAnswer read_auction_answer(const net::Exchanged& exchanged,
                                                       const std::vector<domain::RecordId>& asked);

}  // namespace ordo::functions
