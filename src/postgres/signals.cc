#include "postgres/signals.h"

#include <fmt/format.h>

#include <utility>

namespace ordo::postgres {
namespace {

const Statement kChannel{"channel", fmt::format("SELECT {}", kSignalChannel)};
const Statement kNotify{"notify", fmt::format("SELECT pg_notify({}, $1::text)", kSignalChannel)};

constexpr std::string_view kTasks = " tasks ";
constexpr std::string_view kLanes = " lanes";
constexpr std::string_view kPost = " post ";

}  // namespace

// "<node> lanes", "<node> tasks " and a digit for each shard, or "<node> post <node>".
std::string text_of(const Signal& signal) {
  if (signal.post) return signal.from + std::string(kPost) + *signal.post;
  if (!signal.tasks) return signal.from + std::string(kLanes);
  return signal.from + std::string(kTasks) + signal.tasks->to_string();
}

std::optional<Signal> signal_in(std::string_view text) {
  if (text.ends_with(kLanes)) {
    return Signal{std::string(text.substr(0, text.size() - kLanes.size()))};
  }
  if (const std::size_t at = text.find(kPost); at != std::string_view::npos) {
    return Signal{std::string(text.substr(0, at)), std::nullopt,
                  std::string(text.substr(at + kPost.size()))};
  }
  const std::size_t at = text.find(kTasks);
  if (at == std::string_view::npos) return std::nullopt;
  const std::string_view digits = text.substr(at + kTasks.size());
  const bool whole = digits.size() == domain::kLaneShards &&
                     digits.find_first_not_of("01") == std::string_view::npos;
  if (!whole) return std::nullopt;
  return Signal{std::string(text.substr(0, at)), ShardSet(std::string(digits))};
}

void add_signal(Batch& batch, const Signal& signal) {
  Params params;
  params.add(std::string_view(text_of(signal)));
  batch.add(kNotify, std::move(params));
}

Answer<void> listen(Connection& connection) {
  const Answer<Rows> channel = connection.run(kChannel);
  if (!channel) return std::unexpected(channel.error());
  return connection.execute("LISTEN " + channel->string(0, 0));
}

}  // namespace ordo::postgres
