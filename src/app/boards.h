// How the lanes stand: on this node's board and, where several share them, on the others'.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/time.h"
#include "domain/ids.h"
#include "domain/lane_board.h"

namespace ordo::app {

enum class LaneFilter : std::uint8_t { any, blocked, ready, running, waiting };

// Of queues that have anything on a board.
using QueueViews = std::map<domain::QueueName, domain::QueueView>;
[[nodiscard]] QueueViews views_of(const domain::LaneBoard& board);
// What is on both boards. A queue is paused by what this node knows of it.
void add_views(QueueViews& to, const QueueViews& others);

// Lanes of a queue, at most `limit`. Held: nothing of it begins.
[[nodiscard]] domain::LaneViews lanes_on(const domain::LaneBoard& board,
                                         const domain::QueueName& name, LaneFilter filter,
                                         std::size_t limit, bool held);
void add_lanes(domain::LaneViews& to, domain::LaneViews others, std::size_t limit);

// As other nodes are told of them. Times are told from now on.
[[nodiscard]] std::string text_of(const QueueViews& views);
[[nodiscard]] QueueViews views_in(std::string_view text);
[[nodiscard]] std::string text_of(const domain::LaneViews& lanes, base::MonoTime now);
[[nodiscard]] domain::LaneViews lanes_in(std::string_view text, base::MonoTime now);

}  // namespace ordo::app
