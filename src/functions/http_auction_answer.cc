#include "functions/http_auction_answer.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string_view>
#include <unordered_set>
#include <utility>

#include "base/http_rules.h"
#include "base/json.h"
#include "base/text.h"
#include "functions/http_quote.h"

namespace ordo::functions {
namespace {

using base::JsonKind;
using base::JsonMember;

std::unexpected<base::Error> senseless(std::string_view what) {
  return base::fail(base::ErrorCode::invalid, fmt::format("the auction's answer: {}", what));
}

std::unexpected<base::Error> refused(int status, std::string_view body) {
  std::string message = fmt::format("the auction answered {}", status);
  if (status >= 300 && status < 400) message += "; redirects are not followed";
  if (const std::string_view quote = quotable(body); !quote.empty()) {
    message += fmt::format(": {}", quote);
  }
  return base::fail(base::ErrorCode::unavailable, std::move(message));
}

std::optional<ports::AuctionResult> read_result(const JsonMember& element) {
  if (element.kind != JsonKind::object) return std::nullopt;
  const auto members = base::parse_json_object(element.text);
  if (!members) return std::nullopt;
  const JsonMember* const id = base::find_member(*members, "record_id");
  const JsonMember* const accepted = base::find_member(*members, "accepted");
  if (id == nullptr || id->kind != JsonKind::string) return std::nullopt;
  if (accepted == nullptr || accepted->kind != JsonKind::boolean) return std::nullopt;
  return ports::AuctionResult{domain::RecordId(id->text), accepted->text == "true"};
}

ports::AuctionAnswer read_results(const std::string& list,
                                  const std::vector<domain::RecordId>& asked) {
  const auto elements = base::parse_json_array(list);
  if (!elements) return senseless(elements.error().message);
  std::unordered_set<std::string_view> open;
  for (const domain::RecordId& id : asked) open.insert(id.value());
  std::vector<ports::AuctionResult> results;
  for (std::size_t i = 0; i < elements->size(); ++i) {
    std::optional<ports::AuctionResult> result = read_result((*elements)[i]);
    if (!result) {
      return senseless(fmt::format(
          R"(/results/{}: "record_id", a text, and "accepted", true or false, are wanted)", i));
    }
    if (open.erase(result->id.value()) == 0) {
      const bool twice = std::ranges::find(asked, result->id) != asked.end();
      return senseless(fmt::format("/results/{}: {} the order \"{}\"", i,
                                   twice ? "a second result of" : "nobody asked about",
                                   base::clip(result->id.value(), domain::kMaxRecordIdLength)));
    }
    results.push_back(std::move(*result));
  }
  return std::optional(std::move(results));
}

}  // namespace

std::string auction_question(const std::vector<domain::Order>& orders) {
  std::string out = R"({"orders":[)";
  for (const domain::Order& order : orders) {
    if (out.back() != '[') out.push_back(',');
    domain::append_open_record(out, order.record);
    out.push_back('}');
  }
  return out += "]}";
}

ports::AuctionAnswer read_auction_answer(const net::Exchanged& exchanged,
                                         const std::vector<domain::RecordId>& asked) {
  if (!exchanged) {
    const net::ExchangeError& error = exchanged.error();
    if (error.status != 0 && !base::is_success(error.status)) return refused(error.status, {});
    if (error.fault == net::ExchangeFault::too_large) return senseless(error.message);
    return base::fail(base::ErrorCode::unavailable,
                      fmt::format("the auction was not heard: {}", error.message));
  }
  if (!base::is_success(exchanged->status)) return refused(exchanged->status, exchanged->body);
  const auto members = base::parse_json_object(exchanged->body);
  if (!members) return senseless(members.error().message);
  const JsonMember* const results = base::find_member(*members, "results");
  if (results != nullptr && results->kind == JsonKind::array) {
    return read_results(results->text, asked);
  }
  if (results != nullptr && results->text == "false" && results->kind == JsonKind::boolean) {
    return std::nullopt;
  }
  return senseless(R"("results" is wanted: false, or a list of results)");
}

}  // namespace ordo::functions
