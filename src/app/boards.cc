#include "app/boards.h"

#include <algorithm>
#include <chrono>
#include <iterator>
#include <utility>
#include <vector>

#include "app/saying.h"

namespace ordo::app {
namespace {

// Lanes that are looked at when only those with something queued are wanted.
constexpr std::size_t kMaxLanesSeen = 10'000;

bool is_wanted(const domain::LaneView& lane, LaneFilter filter, bool held) {
  switch (filter) {
    case LaneFilter::any:
      return true;
    case LaneFilter::blocked:
      return lane.state == domain::LaneState::waiting || (held && lane.queued > 0);
    case LaneFilter::ready:
      return lane.state == domain::LaneState::ready;
    case LaneFilter::running:
      return lane.state == domain::LaneState::running;
    case LaneFilter::waiting:
      return lane.state == domain::LaneState::waiting;
  }
  return false;
}

void cut(domain::LaneViews& lanes, std::size_t limit) {
  if (lanes.lanes.size() <= limit) return;
  lanes.more = true;
  lanes.lanes.erase(lanes.lanes.begin() + static_cast<std::ptrdiff_t>(limit), lanes.lanes.end());
}

}  // namespace

QueueViews views_of(const domain::LaneBoard& board) {
  QueueViews views;
  for (const domain::QueueName& name : board.queues()) views.emplace(name, board.view(name));
  return views;
}

void add_views(QueueViews& to, const QueueViews& others) {
  for (const auto& [name, view] : others) {
    domain::QueueView& sum = to[name];
    sum.queued += view.queued;
    sum.waiting += view.waiting;
    sum.running += view.running;
    sum.lanes += view.lanes;
  }
}

domain::LaneViews lanes_on(const domain::LaneBoard& board, const domain::QueueName& name,
                           LaneFilter filter, std::size_t limit, bool held) {
  std::optional<domain::LaneState> state;
  if (filter == LaneFilter::ready) state = domain::LaneState::ready;
  if (filter == LaneFilter::running) state = domain::LaneState::running;
  const bool waiting = filter == LaneFilter::waiting || (filter == LaneFilter::blocked && !held);
  if (waiting) state = domain::LaneState::waiting;
  const bool sifted = filter == LaneFilter::blocked && held;
  domain::LaneViews seen = board.lanes(name, state, sifted ? kMaxLanesSeen : limit);
  std::erase_if(seen.lanes, [&](const auto& lane) { return !is_wanted(lane, filter, held); });
  cut(seen, limit);
  return seen;
}

void add_lanes(domain::LaneViews& to, domain::LaneViews others, std::size_t limit) {
  to.more = to.more || others.more;
  std::ranges::move(others.lanes, std::back_inserter(to.lanes));
  cut(to, limit);
}

std::string text_of(const QueueViews& views) {
  std::vector<Saying> all;
  for (const auto& [name, view] : views) {
    all.push_back(std::move(Saying("queue")
                                .add("name", name.value())
                                .add("queued", view.queued)
                                .add("waiting", view.waiting)
                                .add("running", view.running)
                                .add("lanes", view.lanes)));
  }
  return text_of(std::move(all));
}

QueueViews views_in(std::string_view text) {
  QueueViews views;
  for (const Said& said : all_said(text)) {
    domain::QueueView& view = views[domain::QueueName(said.text("name"))];
    view.queued = said.number("queued");
    view.waiting = said.number("waiting");
    view.running = said.number("running");
    view.lanes = said.number("lanes");
  }
  return views;
}

std::string text_of(const domain::LaneViews& lanes, base::MonoTime now) {
  std::vector<Saying> all;
  for (const domain::LaneView& view : lanes.lanes) {
    Saying one("lane");
    one.add("lane", view.lane.value())
        .add("state", static_cast<std::uint64_t>(view.state))
        .add("queued", view.queued);
    if (view.head) one.add("head", view.head->value());
    if (view.until) {
      const auto left = std::chrono::duration_cast<base::Millis>(*view.until - now);
      one.add("left", static_cast<std::uint64_t>(std::max<std::int64_t>(left.count(), 0)));
    }
    all.push_back(std::move(one));
  }
  if (lanes.more) all.emplace_back("more");
  return text_of(std::move(all));
}

domain::LaneViews lanes_in(std::string_view text, base::MonoTime now) {
  domain::LaneViews lanes;
  for (const Said& said : all_said(text)) {
    if (said.what() == "more") {
      lanes.more = true;
      continue;
    }
    domain::LaneView& view = lanes.lanes.emplace_back();
    view.lane = domain::LaneKey(said.text("lane"));
    view.state = static_cast<domain::LaneState>(said.number("state"));
    view.queued = said.number("queued");
    if (said.has("head")) view.head = domain::Sequence(said.number("head"));
    if (said.has("left")) view.until = now + base::Millis(said.number("left"));
  }
  return lanes;
}

}  // namespace ordo::app
