#include "app/event_text.h"

#include <utility>

#include "app/saying.h"

namespace ordo::app {
namespace {

std::uint64_t raw(base::WallTime time) {
  return static_cast<std::uint64_t>(time.ms());
}

base::WallTime time_in(const Said& said, std::string_view name) {
  return base::WallTime::from_ms(static_cast<std::int64_t>(said.number(name)));
}

}  // namespace

std::string text_of(std::span<const Event> events) {
  std::vector<Saying> all;
  all.reserve(events.size());
  for (const Event& event : events) {
    Saying one(name_of(event.type));
    one.add("at", raw(event.at))
        .add("id", event.id.value())
        .add("queue", event.queue.value())
        .add("lane", event.lane.value())
        .add("sequence", event.sequence.value())
        .add("attempt", std::uint64_t{event.attempt});
    if (event.error) one.add("error", *event.error);
    if (event.next_attempt_at) one.add("next", raw(*event.next_attempt_at));
    all.push_back(std::move(one));
  }
  return text_of(std::move(all));
}

std::vector<Event> events_in(std::string_view text) {
  std::vector<Event> events;
  for (const Said& said : all_said(text)) {
    const std::optional<EventType> type = event_type_named(said.what());
    if (!type) continue;
    Event& event = events.emplace_back();
    event.type = *type;
    event.at = time_in(said, "at");
    event.id = domain::TaskId(said.text("id"));
    event.queue = domain::QueueName(said.text("queue"));
    event.lane = domain::LaneKey(said.text("lane"));
    event.sequence = domain::Sequence(said.number("sequence"));
    event.attempt = static_cast<std::uint32_t>(said.number("attempt"));
    if (said.has("error")) event.error = said.text("error");
    if (said.has("next")) event.next_attempt_at = time_in(said, "next");
  }
  return events;
}

}  // namespace ordo::app
