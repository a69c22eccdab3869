#include "cli/order_stream.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <string_view>
#include <utility>
#include <vector>

#include "base/json.h"
#include "base/limits.h"
#include "base/text.h"
#include "cli/common.h"
#include "cli/entry_reader.h"
#include "cli/progress.h"
#include "cli/retry.h"

namespace ordo::cli {
namespace {

constexpr std::size_t kMaxOrders = 1000;  // in one request

// "/3/parameter_2": which order, and what of it.
std::pair<std::size_t, std::string_view> split_pointer(std::string_view pointer) {
  std::size_t index = 0;
  if (pointer.starts_with('/')) pointer.remove_prefix(1);
  const char* const end = pointer.data() + pointer.size();
  const auto [stop, error] = std::from_chars(pointer.data(), end, index);
  if (error != std::errc()) return {SIZE_MAX, pointer};
  pointer.remove_prefix(static_cast<std::size_t>(stop - pointer.data()));
  if (pointer.starts_with('/')) pointer.remove_prefix(1);
  return {index, pointer};
}

class OrderStream {
 public:
  OrderStream(std::FILE* input, Remote& remote, const Environment& environment,
              const OrderStreamOptions& options)
      : reader_(input, base::kMaxBodyBytes),
        remote_(remote),
        environment_(environment),
        options_(options),
        progress_(environment),
        began_(environment.now()) {}

  OrderStreamOutcome run() {
    std::string entry;
    while (outcome_.stopped.empty()) {
      const base::Result<bool> more = reader_.next(entry);
      if (!more) {
        stop(more.error().message);
      } else if (*more) {
        add(entry);
      } else {
        if (!places_.empty()) send();
        break;
      }
    }
    progress_.clear();
    return std::move(outcome_);
  }

 private:
  void add(std::string_view entry) {
    // What is no JSON could take its neighbours with it.
    if (const auto order = base::parse_json_object(entry); !order) {
      return stop(fmt::format("{}: {}", reader_.place(), order.error().message));
    }
    const bool has_room =
        places_.size() < kMaxOrders && body_.size() + entry.size() + 2 <= base::kMaxBatchBodyBytes;
    if (!has_room && !send()) return;
    body_ += body_.empty() ? "[" : ",";
    body_ += base::trim(entry);
    places_.push_back(reader_.place());
  }

  // False: the stream cannot go on.
  bool send() {
    const auto response =
        exchange_until_answered(remote_, {.method = "POST", .path = "/orders", .body = body_ + "]"},
                                environment_, progress_, options_.retry_for);
    if (!response) {
      stop(response.error().message, "may or may not have been accepted");
    } else if (response->status != 201) {
      progress_.clear();
      tell_faults(response->body);
      stop(problem_text(std::to_string(response->status), response->body), "were not accepted");
    } else {
      count(response->body);
    }
    body_.clear();
    places_.clear();
    show_how_far();
    return outcome_.stopped.empty();
  }

  void tell_faults(std::string_view body) const {
    const auto problem = base::parse_json_object(body);
    const auto errors = base::parse_json_array(problem ? text_of(*problem, "errors") : "");
    if (!errors) return;
    for (const base::JsonMember& element : *errors) {
      const auto error = base::parse_json_object(element.text);
      if (!error) continue;
      const auto [index, field] = split_pointer(text_of(*error, "pointer"));
      if (index >= places_.size()) continue;
      tell(fmt::format("{}: {}{}{}", places_[index], field, field.empty() ? "" : ": ",
                       text_of(*error, "message")));
    }
  }

  void stop(std::string_view why) {
    outcome_.stopped = places_.empty() ? std::string(why)
                                       : fmt::format("{}; {} to {} were not sent", why,
                                                     places_.front(), places_.back());
  }
  // `fate` is that of the orders of this list; what follows was not sent.
  void stop(std::string_view why, std::string_view fate) {
    outcome_.stopped =
        fmt::format("{}; stopped: {} to {} {}", why, places_.front(), places_.back(), fate);
  }

  void count(std::string_view body) {
    const auto answer = base::parse_json_object(body);
    if (!answer || text_of(*answer, "accepted") != std::to_string(places_.size())) {
      return stop("the server's answer does not count the orders",
                  "may or may not have been accepted");
    }
    outcome_.accepted += places_.size();
    // Times of one form and zone are in the order of their texts.
    const std::string expires_at(text_of(*answer, "expires_at"));
    outcome_.expires_at =
        outcome_.expires_at.empty() ? expires_at : std::min(outcome_.expires_at, expires_at);
  }

  void show_how_far() {
    if (!progress_.due()) return;
    const std::chrono::duration<double> took = environment_.now() - began_;
    const std::string how_far =
        options_.total_bytes == 0 ? "" : bar(reader_.bytes(), options_.total_bytes) + "  ";
    progress_.show(
        fmt::format("{}{} orders, {:.0f}/s", how_far, outcome_.accepted,
                    static_cast<double>(outcome_.accepted) / std::max(took.count(), 1e-3)));
  }

  EntryReader reader_;
  Remote& remote_;
  const Environment& environment_;
  const OrderStreamOptions options_;
  Progress progress_;
  std::string body_;                 // without its last bracket
  std::vector<std::string> places_;  // of the orders in it
  const base::MonoTime began_;
  OrderStreamOutcome outcome_;
};

}  // namespace

OrderStreamOutcome submit_orders(std::FILE* input, Remote& remote, const Environment& environment,
                                 const OrderStreamOptions& options) {
  return OrderStream(input, remote, environment, options).run();
}

}  // namespace ordo::cli
